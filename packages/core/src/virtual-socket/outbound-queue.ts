import { keepShape } from '../internal/kept-shapes.js';
import type { Frame } from '../transport/frame.js';
import type { BackpressureQueue } from './backpressure-queue.js';

/** Output that waits for a transport. A connection has one only while something waits. */
export class OutboundQueue {
  /** For the next poll, in order. */
  frames: Frame[] = [];
  /** Whether one of the frames may be compressed. */
  compress = false;
  /**
   * Messages behind the frames. From the first message that may be dropped until all have gone, every message waits here, so
   * that none is overtaken.
   */
  held: BackpressureQueue | undefined = undefined;
  #frameBytes = 0;

  /** Of everything that waits. */
  get bytes(): number {
    return this.#frameBytes + (this.held?.bytes ?? 0);
  }

  push(frame: Frame, compress: boolean): void {
    this.frames.push(frame);
    this.#frameBytes += frame.length;
    if (compress) this.compress = true;
  }

  /** Takes the first frames off the list, up to `count`. */
  takeFrames(count: number): readonly Frame[] {
    const { frames } = this;
    if (frames.length > count) return this.#takeSome(count);
    this.frames = [];
    this.#frameBytes = 0;
    this.compress = false;
    return frames;
  }

  #takeSome(count: number): readonly Frame[] {
    const taken = this.frames.splice(0, count);
    for (const { length } of taken) this.#frameBytes -= length;
    return taken;
  }
}

keepShape(new OutboundQueue());
