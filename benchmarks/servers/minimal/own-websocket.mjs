import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { FrameOutput, makeHead } from './frame-output.mjs';

/** @typedef {import('node:net').Socket} Socket */

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const REPLACEMENT = '\ufffd';
const CLOSE_TIMEOUT = 30_000;

const CONTINUATION = 0;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Close codes 1002, 1007 and 1009, as they stand in a frame. */
const PROTOCOL_ERROR = '\x03\xea';
const INVALID_TEXT = '\x03\xef';
const TOO_LARGE = '\x03\xf1';

const kWire = Symbol('wire');

/**
 * Upgrades without `ws`: the 101 goes out with the first frame.
 * @type {(maxPayload: number) => import('./engine.mjs').Accept}
 */
export const acceptByHand = (maxPayload) => (request, socket, head, opened) => {
  const accept = hash('sha1', request.headers['sec-websocket-key'] + GUID, 'base64');
  socket.setTimeout(0);
  socket.setNoDelay();
  if (head.length > 0) socket.unshift(head);
  const lines = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
  const wire = new OwnWebSocket(socket, maxPayload);
  wire.sendFrame(`HTTP/1.1 101 Switching Protocols\r\n${lines}`);
  opened(wire);
};

/**
 * The least reader of RFC 6455: text and bytes are unmasked where they lie, one chunk at a time. The socket's listeners are functions
 * that all connections share.
 */
class OwnWebSocket extends FrameOutput {
  #maxPayload;
  /** The pieces of an incomplete frame. @type {Buffer[] | null} */
  #held = null;
  /** Bytes that are needed to go on. */
  #missing = 0;
  /** The fragments of a message so far, and its kind. @type {Buffer | null} */
  #fragments = null;
  #kind = 0;
  #closing = false;
  #ended = false;

  /** @param {Socket} socket @param {number} maxPayload */
  constructor(socket, maxPayload) {
    super(socket);
    this.#maxPayload = maxPayload;
    /** @type {any} */ (socket)[kWire] = this;
    socket.on('data', onData).on('end', onEnd).on('close', onClose).on('error', destroy);
  }

  /** Sends a close frame, once. @param {string} [code] */
  close(code = '') {
    if (this.#closing) return;
    this.#closing = true;
    this.sendFrame(makeHead(0x80 | CLOSE, code.length) + code);
    this.flush();
    setTimeout(() => this.socket.destroy(), CLOSE_TIMEOUT).unref();
  }

  /** @param {string} code @returns {number} where no frame begins any more */
  #end(code) {
    this.#ended = true;
    this.close(code);
    this.socket.end();
    return 0;
  }

  /** @param {Buffer} chunk */
  read(chunk) {
    if (this.#ended) return;
    let bytes = chunk;
    if (this.#held !== null) {
      this.#held.push(chunk);
      this.#missing -= chunk.length;
      if (this.#missing > 0) return;
      bytes = Buffer.concat(this.#held);
      this.#held = null;
    }
    for (let at = 0; at < bytes.length && !this.#ended; ) {
      const end = this.#frame(bytes, at);
      // A copy, as the chunk may be a small part of what was read.
      if (end > bytes.length) this.#held = [Buffer.from(bytes.subarray(at))];
      this.#missing = end - bytes.length;
      at = end;
    }
  }

  /**
   * @param {Buffer} bytes
   * @param {number} at
   * @returns {number} its end; where that has not come yet, up to where to read before the next attempt
   */
  #frame(bytes, at) {
    const there = bytes.length - at;
    if (there < 6) return at + 6;
    const first = bytes[at];
    const opcode = first & 15;
    const fragments = this.#fragments;
    if (!isFrame(first, bytes[at + 1]) || (opcode < CLOSE && (opcode === CONTINUATION) === (fragments === null)))
      return this.#end(PROTOCOL_ERROR);
    let length = bytes[at + 1] & 127;
    let start = at + 6;
    if (length === 126) {
      if (there < 8) return at + 8;
      length = bytes.readUInt16BE(at + 2);
      start = at + 8;
    } else if (length === 127) {
      if (there < 14) return at + 14;
      length = bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6);
      start = at + 14;
    }
    if (length + (fragments?.length ?? 0) > this.#maxPayload && opcode < CLOSE) return this.#end(TOO_LARGE);
    const end = start + length;
    if (end > bytes.length) return end;
    unmask(bytes, start, end);
    const control = opcode >= CLOSE ? bytes.toString('latin1', start, end) : '';
    if (opcode === CLOSE) this.#end(length === 1 ? PROTOCOL_ERROR : control.slice(0, 2));
    else if (opcode === PING) this.sendFrame(makeHead(0x80 | PONG, length) + control);
    else if (opcode === PONG) return end;
    else if (first >= 0x80 && fragments === null) this.#message(opcode, bytes, start, end);
    else this.#fragment(first, Buffer.concat([fragments ?? bytes.subarray(0, 0), bytes.subarray(start, end)]));
    return end;
  }

  /** @param {number} opcode @param {Buffer} bytes @param {number} from @param {number} end */
  #message(opcode, bytes, from, end) {
    if (opcode === BINARY) return this.receiver?.receiveBytes(bytes.subarray(from, end));
    const text = bytes.toString('utf8', from, end);
    if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(from, end))) this.#end(INVALID_TEXT);
    else this.receiver?.receiveText(text);
  }

  /** @param {number} first byte of the frame @param {Buffer} bytes of the message so far */
  #fragment(first, bytes) {
    if (this.#fragments === null) this.#kind = first & 15;
    this.#fragments = first < 0x80 ? bytes : null;
    if (first >= 0x80) this.#message(this.#kind, bytes, 0, bytes.length);
  }
}

/** No reserved bits, a known opcode, a mask, and control frames that are short and whole. @param {number} first @param {number} second */
function isFrame(first, second) {
  const opcode = first & 15;
  if ((first & 0x70) !== 0 || second < 0x80) return false;
  return opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG && first >= 0x80 && second <= 0x80 + 125);
}

/** With the four bytes before it, in words where that is worth it. @param {Buffer} bytes @param {number} from @param {number} to */
function unmask(bytes, from, to) {
  const isLong = to - from >= 128;
  let at = from;
  for (; isLong ? (bytes.byteOffset + at) & 3 : at < to; at++) bytes[at] ^= bytes[from - 4 + ((at - from) & 3)];
  if (!isLong) return;
  const key = Buffer.from([0, 1, 2, 3].map((n) => bytes[from - 4 + ((at - from + n) & 3)])).readInt32LE();
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (to - at) >>> 2);
  for (let n = 0; n < words.length; n++) words[n] ^= key;
  for (at += words.length * 4; at < to; at++) bytes[at] ^= bytes[from - 4 + ((at - from) & 3)];
}

/** @this {any} @param {Buffer} chunk */
function onData(chunk) {
  this[kWire].read(chunk);
}

/** @this {Socket} */
function onEnd() {
  this.end();
}

/** @this {any} */
function onClose() {
  this[kWire].receiver?.lost();
}

/** @this {Socket} */
function destroy() {
  this.destroy();
}
