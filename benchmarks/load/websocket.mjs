import net from 'node:net';
import { CLOSE, FrameReader, frame, PING, PONG, TEXT } from './frames.mjs';

const ENGINE_PONG = frame('3');
const SOCKET_CONNECT = frame('40');
const GOODBYE = frame(Buffer.from([0x03, 0xe8]), CLOSE);
const DIGIT_0 = 0x30;
const DIGIT_2 = 0x32;
const DIGIT_4 = 0x34;

/** One read buffer for all sockets of the process: a read is used up before the next one happens. */
const readBuffer = Buffer.allocUnsafe(256 * 1024);

/**
 * @typedef {(client: WebSocketClient, bytes: Buffer, start: number, end: number, opcode: number) => void} OnMessage
 */

/**
 * The leanest Socket.IO client over WebSocket: connects, joins the main namespace, answers heartbeats, and hands every
 * other frame to `onMessage` without decoding it.
 */
export class WebSocketClient {
  /** @type {OnMessage} */
  onMessage;
  /** A number for the scenario's own use. */
  tag = 0;
  #socket;
  #reader;
  #upgraded = false;
  #head = '';
  /** @type {() => void} */
  #opened = () => {};
  /** @type {() => void} */
  #joined = () => {};
  /** @type {(error: Error) => void} */
  #failed = () => {};
  #closing = false;

  /** Settles with the 101. @type {Promise<void>} */
  opened;
  /** Settles when the server has accepted the connection to the namespace. @type {Promise<void>} */
  joined;

  /**
   * @param {number} port
   * @param {OnMessage} onMessage
   * @param {string} [sid] a session that was opened by long-polling: the socket is to replace it
   */
  constructor(port, onMessage, sid) {
    this.onMessage = onMessage;
    this.opened = new Promise((resolve) => {
      this.#opened = resolve;
    });
    this.joined = new Promise((resolve, reject) => {
      this.#joined = resolve;
      this.#failed = reject;
    });
    this.joined.catch(() => {});
    this.#reader = new FrameReader((opcode, bytes, start, end) => this.#frame(opcode, bytes, start, end));
    this.#socket = net.connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: { buffer: readBuffer, callback: (length) => this.#read(length) },
    });
    this.#socket.on('error', (error) => this.#lost(error));
    this.#socket.on('close', () => this.#lost(new Error('the server closed the connection')));
    this.#socket.write(request(port, sid));
  }

  /** @param {Buffer} bytes a masked frame, or several */
  send(bytes) {
    this.#socket.write(bytes);
  }

  /** Closes with a close frame, as a browser does. */
  close() {
    this.#closing = true;
    this.#socket.write(GOODBYE);
  }

  /** Disconnects without a close frame (TCP reset). */
  reset() {
    this.#closing = true;
    this.#socket.resetAndDestroy();
  }

  /** @returns {Promise<void>} when the TCP connection is gone */
  get gone() {
    if (this.#socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => this.#socket.once('close', () => resolve()));
  }

  /** @param {number} length */
  #read(length) {
    if (this.#upgraded) this.#reader.read(readBuffer, 0, length);
    else this.#readHead(length);
    return true;
  }

  /** @param {number} length */
  #readHead(length) {
    this.#head += readBuffer.toString('latin1', 0, length);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end === -1) return;
    if (!this.#head.startsWith('HTTP/1.1 101')) {
      this.#lost(new Error(`the upgrade was answered with: ${this.#head.slice(0, 80)}`));
      return;
    }
    const rest = Buffer.from(this.#head.slice(end + 4), 'latin1');
    this.#head = '';
    this.#upgraded = true;
    this.#opened();
    if (rest.length > 0) this.#reader.read(rest, 0, rest.length);
  }

  /**
   * @param {number} opcode
   * @param {Buffer} bytes
   * @param {number} start
   * @param {number} end
   */
  #frame(opcode, bytes, start, end) {
    if (opcode === TEXT && this.#isHousekeeping(bytes, start, end)) return;
    if (opcode === PING) this.#socket.write(frame(Buffer.from(bytes.subarray(start, end)), PONG));
    else if (opcode === CLOSE) this.#lost(new Error('the server said goodbye'));
    else this.onMessage(this, bytes, start, end, opcode);
  }

  /**
   * @param {Buffer} bytes
   * @param {number} start
   * @param {number} end
   */
  #isHousekeeping(bytes, start, end) {
    const type = bytes[start];
    if (type === DIGIT_4) {
      if (bytes[start + 1] !== DIGIT_0) return false;
      this.#joined();
      return true;
    }
    if (type === DIGIT_0) this.#socket.write(SOCKET_CONNECT);
    else if (type === DIGIT_2 && end - start === 1) this.#socket.write(ENGINE_PONG);
    else return false;
    return true;
  }

  /** @param {Error} error */
  #lost(error) {
    this.#failed(error);
    if (!this.#closing) fail(error);
    this.#closing = true;
    this.#socket.destroy();
  }
}

/** @type {(error: Error) => void} */
let fail = () => {};

/**
 * Sets the listener for connections that end unexpectedly: such a measurement is worthless.
 * @param {(error: Error) => void} listener
 */
export function onUnexpectedEnd(listener) {
  fail = listener;
}

/** Tells them. @param {Error} error */
export function tellUnexpectedEnd(error) {
  fail(error);
}

/**
 * @param {number} port
 * @param {string} [sid]
 */
function request(port, sid) {
  return (
    `GET /socket.io/?EIO=4&transport=websocket${sid ? `&sid=${sid}` : ''} HTTP/1.1\r\n` +
    `Host: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36\r\n' +
    'Accept-Encoding: gzip, deflate\r\nAccept-Language: en-US,en;q=0.9\r\nCache-Control: no-cache\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n'
  );
}
