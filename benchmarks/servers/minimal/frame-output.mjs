import { flushSoon } from './flusher.mjs';

const TEXT = 0x81;
const BINARY = 0x82;
/** Bytes up to this size are cheaper copied into the text of a write than written on their own. */
const COPY_LIMIT = 16 * 1024;

/** Longer texts are written beside their head: V8 would copy both to join them. */
const JOIN_LIMIT = 128 * 1024;

/** @param {number} first @param {number} length */
export function makeHead(first, length) {
  if (length < 126) return String.fromCharCode(first, length);
  if (length < 65536) return String.fromCharCode(first, 126, length >> 8, length & 255);
  const low = [24, 16, 8, 0].map((shift) => (length >>> shift) & 255);
  return String.fromCharCode(first, 127, 0, 0, 0, 0, ...low);
}

const shortHeads = Array.from({ length: 126 }, (_, length) => makeHead(TEXT, length));

/**
 * The frame of a text that is ASCII, as a string with one byte per character: V8 joins such strings for almost
 * nothing and Node writes them without making a Buffer.
 * @param {string} text
 */
const asciiFrame = (text) => (text.length < 126 ? shortHeads[text.length] : makeHead(TEXT, text.length)) + text;

/** @param {string} text @returns {string} the whole frame, one character per byte */
function textFrame(text) {
  if (Buffer.byteLength(text) === text.length) return asciiFrame(text);
  const bytes = Buffer.from(text);
  return makeHead(TEXT, bytes.length) + bytes.toString('latin1');
}

/**
 * Output over the raw socket of an upgraded connection. Frames of one tick are one string and one write; only
 * large binary payloads are written as they are, corked together with what surrounds them.
 */
export class FrameOutput {
  /** @type {import('./engine.mjs').Receiver | null} */
  receiver = null;
  #text = '';
  /** Frames that go out before `#text`. @type {(string | Buffer)[] | null} */
  #before = null;
  #scheduled = false;

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.socket = socket;
  }

  /** @param {import('./application.mjs').Outgoing} packet */
  send(packet) {
    if (typeof packet === 'string') {
      if (packet.length > JOIN_LIMIT && Buffer.byteLength(packet) === packet.length)
        this.#sendApart(makeHead(TEXT, packet.length), packet);
      else this.#text += textFrame(packet);
    } else if (Buffer.isBuffer(packet)) {
      const head = makeHead(BINARY, packet.length);
      if (packet.length <= COPY_LIMIT) this.#text += head + packet.toString('latin1');
      else this.#sendApart(head, packet);
    } else {
      if (packet.frame === '') packet.frame = textFrame(packet.text);
      this.#text += packet.frame;
    }
    this.#schedule();
  }

  /** A frame that is made already. @param {string} frame */
  sendFrame(frame) {
    this.#text += frame;
    this.#schedule();
  }

  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    flushSoon(this);
  }

  /** @param {string} head @param {string | Buffer} body */
  #sendApart(head, body) {
    this.#before ??= [];
    this.#before.push(this.#text + head, body);
    this.#text = '';
  }

  flush() {
    if (!this.#scheduled) return; // close() was quicker
    this.#scheduled = false;
    if (!this.socket.writable) return;
    const before = this.#before;
    if (before) {
      this.#before = null;
      this.socket.cork();
      for (const part of before) this.socket.write(part, 'latin1');
    }
    if (this.#text !== '') this.socket.write(this.#text, 'latin1');
    this.#text = '';
    if (before) this.socket.uncork();
  }
}
