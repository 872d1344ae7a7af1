import type { EncodedFrames } from '../transport/transport.js';

/** What may become of a message that waits for a slow client. */
export interface DropPolicy {
  /** The oldest of these go when the connection's budget is used up. */
  readonly droppable: boolean;
  /** Only the latest message of a key is kept. */
  readonly key: string | undefined;
}

interface Held {
  readonly form: EncodedFrames;
  readonly compress: boolean;
  readonly droppable: boolean;
  readonly key: string | undefined;
  readonly bytes: number;
}

/** So many are not worth the work. */
const GAPS = 64;

/** Messages that wait in front of a transport which takes no more, in order, so that some of them can still be spared. */
export class BackpressureQueue {
  /** Those that have been spared leave a gap until it is their turn. */
  #line: (Held | undefined)[] = [];
  #next = 0;
  readonly #latest = new Map<string, number>();
  bytes = 0;
  count = 0;

  /** @returns whether it took the place of an older message. */
  add(form: EncodedFrames, compress: boolean, dropPolicy: DropPolicy | undefined): boolean {
    if (this.#line.length > 2 * this.count + GAPS) this.#close();
    const key = dropPolicy?.key;
    const replaced = key !== undefined && this.#drop(this.#latest.get(key));
    if (key !== undefined) this.#latest.set(key, this.#line.length);
    let bytes = 0;
    for (const frame of form.frames) bytes += frame.length;
    this.#line.push({ form, compress, droppable: dropPolicy !== undefined, key, bytes });
    this.bytes += bytes;
    this.count++;
    return replaced;
  }

  /** Closes the gaps, which would add up where one message replaces another for hours. */
  #close(): void {
    this.#line = this.#line.filter((held) => held !== undefined);
    this.#next = 0;
    for (const [at, held] of this.#line.entries()) if (held?.key !== undefined) this.#latest.set(held.key, at);
  }

  #drop(at: number | undefined): boolean {
    const held = at === undefined ? undefined : this.#line[at];
    if (held === undefined) return false;
    this.#line[at as number] = undefined;
    this.#forget(held, at as number);
    return true;
  }

  #forget({ bytes, key }: Held, at: number): void {
    this.bytes -= bytes;
    this.count--;
    if (key !== undefined && this.#latest.get(key) === at) this.#latest.delete(key);
  }

  /** Spares the client the oldest droppable messages until `enough` says so. @returns how many. */
  dropOldest(enough: () => boolean): number {
    let dropped = 0;
    for (let at = this.#next; at < this.#line.length && !enough(); at++) {
      if (this.#line[at]?.droppable === true && this.#drop(at)) dropped++;
    }
    return dropped;
  }

  /** The next message whose turn it is. */
  take(): Held | undefined {
    while (this.#next < this.#line.length) {
      const at = this.#next++;
      const held = this.#line[at];
      if (held === undefined) continue;
      this.#line[at] = undefined;
      this.#forget(held, at);
      return held;
    }
    return undefined;
  }
}
