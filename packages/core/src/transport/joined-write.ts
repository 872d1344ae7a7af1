import type { Duplex } from 'node:stream';
import type { Flushable } from '../internal/flusher.js';

type Write = (chunk: unknown, encoding?: unknown, callback?: unknown) => boolean;
type End = (...args: unknown[]) => unknown;

/**
 * Holds the first text that is written to a socket, which is the 101 that `ws` writes, until the next one: our first frame, at
 * the end of the turn. So both leave in one call, and no client is woken while others still wait to be let in. Corking would
 * not do, as Node collects corked texts in memory of its own and is slower than with two writes.
 */
export class HeldWrite implements Flushable {
  readonly #socket: { write: Write; end: End };
  readonly #write: Write;
  readonly #end: End;
  #held: string | undefined = undefined;
  #done = false;

  constructor(socket: Duplex) {
    this.#socket = socket as unknown as { write: Write; end: End };
    this.#write = this.#socket.write;
    this.#end = this.#socket.end;
    this.#socket.write = (chunk, encoding, callback) => this.#take(chunk, encoding, callback);
    this.#socket.end = (...args) => {
      this.flush();
      return this.#end.apply(socket, args);
    };
  }

  #take(chunk: unknown, encoding: unknown, callback: unknown): boolean {
    if (this.#held === undefined && typeof chunk === 'string' && callback === undefined) {
      this.#held = chunk;
      return true;
    }
    if (this.#held === undefined || typeof chunk !== 'string' || encoding !== 'latin1') {
      this.flush();
      return this.#write.call(this.#socket, chunk, encoding, callback);
    }
    const both = this.#held + chunk;
    this.#letGo();
    return this.#write.call(this.#socket, both, encoding, callback);
  }

  /** Nothing is held any more; what was, is written. */
  flush(): void {
    const held = this.#held;
    this.#letGo();
    if (held !== undefined) this.#write.call(this.#socket, held, 'latin1');
  }

  #letGo(): void {
    this.#held = undefined;
    if (this.#done) return;
    this.#done = true;
    // Put back by assignment: deleting would turn the socket into a dictionary, which is slow and large.
    this.#socket.write = this.#write;
    this.#socket.end = this.#end;
  }
}
