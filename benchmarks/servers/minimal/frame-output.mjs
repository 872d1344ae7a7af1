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
 * A frame as a string, one character per byte: V8 joins such strings for almost nothing, and Node writes them without making a Buffer.
 * @param {string} text
 */
function textFrame(text) {
  const bytes = Buffer.byteLength(text);
  const head = shortHeads[bytes] ?? makeHead(TEXT, bytes);
  return head + (bytes === text.length ? text : Buffer.from(text).toString('latin1'));
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
      else this.sendFrame(textFrame(packet));
    } else if (Buffer.isBuffer(packet)) {
      const head = makeHead(BINARY, packet.length);
      if (packet.length <= COPY_LIMIT) this.sendFrame(head + packet.toString('latin1'));
      else this.#sendApart(head, packet);
    } else {
      packet.frame ||= textFrame(packet.text);
      this.sendFrame(packet.frame);
    }
  }

  /** A frame that is made already. @param {string} frame */
  sendFrame(frame) {
    this.#text += frame;
    if (this.#scheduled) return;
    this.#scheduled = true;
    flushSoon(this);
  }

  /** @param {string} head @param {string | Buffer} body */
  #sendApart(head, body) {
    this.#before ??= [];
    this.#before.push(this.#text + head, body);
    this.#text = '';
    this.sendFrame('');
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
