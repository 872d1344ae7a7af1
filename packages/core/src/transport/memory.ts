import type { EncodedFrames, Frame } from './frame.js';
import { Transport } from './transport.js';

/** The other end of a {@link MemoryTransport}. */
export interface MemoryEnd {
  /** In the form in which a WebSocket would carry it. */
  onFrame(frame: Frame): void;
  onClose(): void;
}

/**
 * A WebSocket without a network: frames go to and come from an object in this process, in the order, and as late, as a socket
 * would let them.
 */
export class MemoryTransport extends Transport {
  readonly streaming = true;
  readonly name = 'websocket';
  readonly #end: MemoryEnd;
  /** Byte in front of every binary message, or -1. */
  readonly #binaryPrefix: number;
  #waiting: Frame[] = [];
  #unread: Frame[] | undefined = undefined;
  #open = true;

  constructor(end: MemoryEnd, binaryPrefix: number) {
    super();
    this.#end = end;
    this.#binaryPrefix = binaryPrefix;
  }

  get writable(): boolean {
    return this.#open;
  }

  get bufferedBytes(): number {
    return this.#waiting.reduce((bytes, { length }) => bytes + length, 0);
  }

  send(frame: Frame): void {
    if (typeof frame === 'string' || this.#binaryPrefix < 0) this.#waiting.push(frame);
    else this.#waiting.push(Buffer.concat([Buffer.of(this.#binaryPrefix), frame]));
  }

  sendAll(frames: readonly Frame[]): void {
    for (const frame of frames) this.send(frame);
    this.flush();
  }

  sendForm(form: EncodedFrames): void {
    for (const frame of form.frames) this.send(frame);
  }

  flush(): number {
    const frames = this.#waiting;
    this.#waiting = [];
    if (this.#open) for (const frame of frames) this.#end.onFrame(frame);
    return this.bufferedBytes;
  }

  /** A frame of the other end. It does not arrive within the call that sends it. */
  receive(frame: Frame): void {
    process.nextTick(() => this.#arrived(frame));
  }

  #arrived(frame: Frame): void {
    if (!this.#open) return;
    if (this.readingPaused || this.#unread !== undefined) {
      this.#unread ??= [];
      this.#unread.push(frame);
    } else this.owner.onFrame(this, frame);
  }

  override resumeReading(): void {
    super.resumeReading();
    if (this.#unread !== undefined) process.nextTick(() => this.#readOn());
  }

  #readOn(): void {
    const unread = this.#unread;
    if (unread === undefined || this.readingPaused) return;
    let read = 0;
    while (read < unread.length && this.#open && !this.readingPaused) this.owner.onFrame(this, unread[read++] as Frame);
    this.#unread = read < unread.length ? unread.slice(read) : undefined;
  }

  /** The other end has gone. */
  lost(): void {
    process.nextTick(() => {
      if (!this.#open) return;
      this.#open = false;
      this.owner.onTransportClose(this, 'transport close');
    });
  }

  close(): void {
    this.flush();
    this.abort();
  }

  abort(): void {
    if (!this.#open) return;
    this.#open = false;
    setImmediate(() => this.#end.onClose());
  }

  override written(callback: () => void): void {
    this.flush();
    setImmediate(callback);
  }
}
