import type { Duplex } from 'node:stream';
import type { EncodedFrames, Frame } from '../transport.js';
import { binaryFrame, binaryHeader, JOIN_LIMIT, textFrame, textHeader } from './frames.js';

/** How one protocol version uses WebSocket messages. */
export interface WebSocketWire {
  /** Byte in front of every binary message, or -1. */
  readonly binaryPrefix: number;
  /** Messages of fewer bytes are not compressed. */
  readonly compressFrom: number;
  /** A binary message as text, for clients that cannot take binary. */
  base64(data: Buffer): string;
}

/**
 * Up to this size (bytes) binary payloads join the text of the tick: Node writes such strings from the stack, in one call,
 * where a string and a buffer together would cost it an allocation and a slower call. Larger ones are not copied at all.
 */
const COPY_LIMIT = 12_288;

/** Frames for one socket, collected over a tick and written together. */
export class FrameBatch {
  readonly #wire: WebSocketWire;
  /** One character per byte. */
  #text: string;
  /** The part of this tick before `#text`, from the first piece on that is not to be copied. */
  #chunks: (string | Buffer)[] | undefined = undefined;

  /** @param head goes out in front of the first frame: a 101. */
  constructor(wire: WebSocketWire, head = '') {
    this.#wire = wire;
    this.#text = head;
  }

  get isEmpty(): boolean {
    return this.#text === '' && this.#chunks === undefined;
  }

  /** Bytes. */
  get length(): number {
    let length = this.#text.length;
    if (this.#chunks !== undefined) for (const chunk of this.#chunks) length += chunk.length;
    return length;
  }

  /** @param binary whether the client takes bytes; otherwise they go as text. */
  add(frame: Frame, binary: boolean): void {
    if (typeof frame === 'string') this.#addText(frame);
    else if (binary) this.#addBinary(frame);
    else this.#addText(this.#wire.base64(frame));
  }

  /** Adds a message whose frames are shared with other connections. */
  addForm(form: EncodedFrames, binary: boolean): void {
    if (!binary) {
      for (const frame of form.frames) this.add(frame, false);
      return;
    }
    form.framed ??= form.frames.map((frame) => this.#framed(frame));
    for (const bytes of form.framed) {
      if (typeof bytes === 'string') this.#text += bytes;
      else this.#addApart(bytes);
    }
  }

  /** Adds bytes, one character each, that are a frame already. */
  addRaw(bytes: string): void {
    this.#text += bytes;
  }

  #framed(frame: Frame): string | Buffer {
    if (typeof frame === 'string') return textFrame(frame);
    if (frame.length > COPY_LIMIT) return binaryFrame(frame, this.#wire.binaryPrefix);
    return binaryHeader(frame.length, this.#wire.binaryPrefix) + frame.toString('latin1');
  }

  #addText(text: string): void {
    if (text.length <= JOIN_LIMIT) {
      const frame = textFrame(text);
      if (typeof frame === 'string') this.#text += frame;
      else this.#addApart(frame);
      return;
    }
    const bytes = Buffer.byteLength(text);
    this.#text += textHeader(bytes);
    this.#addApart(bytes === text.length ? text : Buffer.from(text));
  }

  #addBinary(data: Buffer): void {
    this.#text += binaryHeader(data.length, this.#wire.binaryPrefix);
    if (data.length <= COPY_LIMIT) this.#text += data.toString('latin1');
    else this.#addApart(data);
  }

  #addApart(bytes: string | Buffer): void {
    this.#chunks ??= [];
    if (this.#text !== '') {
      this.#chunks.push(this.#text);
      this.#text = '';
    }
    this.#chunks.push(bytes);
  }

  clear(): void {
    this.#text = '';
    this.#chunks = undefined;
  }

  writeTo(socket: Duplex): void {
    const chunks = this.#chunks;
    const text = this.#text;
    this.clear();
    if (chunks === undefined) {
      socket.write(text, 'latin1');
      return;
    }
    socket.cork();
    for (const chunk of chunks) socket.write(chunk, 'latin1');
    if (text !== '') socket.write(text, 'latin1');
    socket.uncork();
  }
}
