import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { FrameOutput, makeHead } from './frame-output.mjs';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const REPLACEMENT = '\ufffd';
const CLOSE_TIMEOUT = 30_000;

const CONTINUATION = 0;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const PROTOCOL_ERROR = 1002;
const INVALID_TEXT = 1007;
const TOO_LARGE = 1009;

const kWire = Symbol('wire');

/** Upgrades without `ws`: the 101 goes out with the first frame. */
export class OwnAcceptor {
  #maxPayload;

  /** @param {number} maxPayload bytes of a message */
  constructor(maxPayload) {
    this.#maxPayload = maxPayload;
  }

  /** @type {import('./engine.mjs').Acceptor['accept']} */
  accept(request, socket, head, opened) {
    const key = request.headers['sec-websocket-key'] ?? '';
    const accept = hash('sha1', key + GUID, 'base64');
    socket.setTimeout(0);
    socket.setNoDelay();
    if (head.length > 0) socket.unshift(head);
    const lines = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
    const wire = new OwnWebSocket(socket, this.#maxPayload);
    wire.sendFrame(`HTTP/1.1 101 Switching Protocols\r\n${lines}`);
    opened(wire);
  }
}

/**
 * The least reader of RFC 6455: text and bytes are unmasked where they lie, one chunk at a time. The socket's listeners are functions
 * that all connections share.
 */
export class OwnWebSocket extends FrameOutput {
  #maxPayload;
  /** The pieces of an incomplete frame. @type {Buffer[] | null} */
  #held = null;
  /** Bytes that are held, and bytes that are needed to go on. */
  #heldLength = 0;
  #needed = 0;
  /** Fragments of a message, and their kind. @type {Buffer[] | null} */
  #fragments = null;
  #fragmentsLength = 0;
  #kind = 0;
  #closing = false;
  #ended = false;

  /** @param {import('node:net').Socket} socket @param {number} maxPayload */
  constructor(socket, maxPayload) {
    super(socket);
    this.#maxPayload = maxPayload;
    /** @type {any} */ (socket)[kWire] = this;
    socket.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onError);
  }

  close() {
    this.#sayGoodbye('');
  }

  /** @param {Buffer} chunk */
  read(chunk) {
    if (this.#ended) return;
    let bytes = chunk;
    if (this.#held !== null) {
      this.#held.push(chunk);
      this.#heldLength += chunk.length;
      if (this.#heldLength < this.#needed) return;
      bytes = Buffer.concat(this.#held);
      this.#held = null;
    }
    let at = 0;
    while (at < bytes.length && !this.#ended) {
      const next = this.#frame(bytes, at);
      if (next < 0) {
        if (this.#ended) return;
        // A copy, as the chunk may be a small part of what was read.
        this.#held = [Buffer.from(bytes.subarray(at))];
        this.#heldLength = bytes.length - at;
        this.#needed = -next;
        return;
      }
      at = next;
    }
  }

  /** @param {Buffer} bytes @param {number} at @returns {number} where the next frame begins; negative: how many bytes are needed */
  #frame(bytes, at) {
    const there = bytes.length - at;
    if (there < 6) return -6;
    const first = bytes[at];
    const opcode = first & 15;
    let length = bytes[at + 1] & 127;
    let start = at + 2;
    if (!isFrame(first, bytes[at + 1]) || (opcode < CLOSE && (opcode === CONTINUATION) === (this.#fragments === null)))
      return this.#fail(PROTOCOL_ERROR);
    if (length === 126) {
      if (there < 8) return -8;
      length = bytes.readUInt16BE(start);
      start += 2;
    } else if (length === 127) {
      if (there < 14) return -14;
      length = bytes.readUInt32BE(start) * 2 ** 32 + bytes.readUInt32BE(start + 4);
      start += 8;
    }
    if (length + (opcode < CLOSE ? this.#fragmentsLength : 0) > this.#maxPayload) return this.#fail(TOO_LARGE);
    const from = start + 4;
    const end = from + length;
    if (end > bytes.length) return at - end;
    unmask(bytes, from, end, start);
    if (opcode >= CLOSE) this.#control(opcode, bytes.subarray(from, end));
    else if (first >= 0x80 && opcode !== CONTINUATION) this.#message(opcode, bytes, from, end);
    else this.#fragment(opcode, first >= 0x80, bytes.subarray(from, end));
    return end;
  }

  /** @param {number} opcode @param {Buffer} bytes @param {number} from @param {number} end */
  #message(opcode, bytes, from, end) {
    if (opcode === BINARY) return this.receiver?.receiveBytes(bytes.subarray(from, end));
    const text = bytes.toString('utf8', from, end);
    if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(from, end))) this.#fail(INVALID_TEXT);
    else this.receiver?.receiveText(text);
  }

  /** @param {number} opcode @param {boolean} isLast @param {Buffer} payload */
  #fragment(opcode, isLast, payload) {
    if (this.#fragments === null) {
      this.#fragments = [];
      this.#kind = opcode;
    }
    this.#fragments.push(Buffer.from(payload));
    this.#fragmentsLength += payload.length;
    if (!isLast) return;
    const bytes = Buffer.concat(this.#fragments);
    this.#fragments = null;
    this.#fragmentsLength = 0;
    this.#message(this.#kind, bytes, 0, bytes.length);
  }

  /** @param {number} opcode @param {Buffer} payload */
  #control(opcode, payload) {
    if (opcode === PING) this.sendFrame(makeHead(0x80 | PONG, payload.length) + payload.toString('latin1'));
    if (opcode !== CLOSE) return;
    if (payload.length === 1) this.#fail(PROTOCOL_ERROR);
    else this.#end(payload.toString('latin1', 0, 2));
  }

  /** @param {number} code */
  #fail(code) {
    this.#end(String.fromCharCode(code >> 8, code & 255));
    return -1;
  }

  /** @param {string} code */
  #end(code) {
    this.#ended = true;
    this.#sayGoodbye(code);
    this.socket.end();
  }

  /** @param {string} code */
  #sayGoodbye(code) {
    if (this.#closing) return;
    this.#closing = true;
    this.sendFrame(makeHead(0x80 | CLOSE, code.length) + code);
    this.flush();
    setTimeout(destroy, CLOSE_TIMEOUT, this.socket).unref();
  }
}

/** No reserved bits, a known opcode, a mask, and control frames that are short and whole. @param {number} first @param {number} second */
function isFrame(first, second) {
  const opcode = first & 15;
  if ((first & 0x70) !== 0 || second < 0x80) return false;
  return opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG && first >= 0x80 && second <= 0x80 + 125);
}

/** @param {Buffer} bytes @param {number} from @param {number} to @param {number} maskAt */
function unmask(bytes, from, to, maskAt) {
  let at = from;
  if (to - from >= 128) {
    const aligned = from + ((4 - ((bytes.byteOffset + from) & 3)) & 3);
    for (; at < aligned; at++) bytes[at] ^= bytes[maskAt + ((at - from) & 3)];
    const key = Buffer.from([0, 1, 2, 3].map((n) => bytes[maskAt + ((at - from + n) & 3)]));
    const word = key.readInt32LE(0);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (to - at) >>> 2);
    for (let n = 0; n < words.length; n++) words[n] ^= word;
    at += words.length * 4;
  }
  for (; at < to; at++) bytes[at] ^= bytes[maskAt + ((at - from) & 3)];
}

/** @param {import('node:net').Socket} socket */
function destroy(socket) {
  socket.destroy();
}

/** @this {any} @param {Buffer} chunk */
function onData(chunk) {
  this[kWire].read(chunk);
}

/** @this {any} */
function onEnd() {
  this.end();
}

/** @this {any} */
function onClose() {
  this[kWire].receiver?.lost();
}

/** @this {any} */
function onError() {
  this.destroy();
}
