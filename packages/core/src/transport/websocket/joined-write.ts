import { Duplex } from 'node:stream';
import type { Flushable } from '../../internal/flusher.js';
import { keepShape } from '../../internal/kept-shapes.js';

type Write = (chunk: unknown, encoding?: unknown, callback?: unknown) => boolean;
type End = (...args: unknown[]) => unknown;

const kHeld = Symbol('sio.heldWrite');

interface HeldSocket {
  write: Write;
  end: End;
  [kHeld]?: HeldWrite | undefined;
}

/**
 * Holds the first text that is written to a socket, which is the 101 that `ws` writes, until the next one: our first frame, at
 * the end of the turn. So both leave in one call, and no client is woken while others still wait to be let in. Corking would
 * not do, as Node collects corked texts in memory of its own and is slower than with two writes.
 */
export class HeldWrite implements Flushable {
  readonly #socket: HeldSocket;
  readonly #write: Write;
  readonly #end: End;
  #held: string | undefined = undefined;

  constructor(duplex: Duplex) {
    // Its overloads cannot be assigned to one signature.
    const socket = duplex as unknown as HeldSocket;
    this.#socket = socket;
    this.#write = socket.write;
    this.#end = socket.end;
    socket.write = write;
    socket.end = end;
    socket[kHeld] = this;
  }

  /** @internal */
  take(chunk: unknown, encoding: unknown, callback: unknown): boolean {
    if (this.#held === undefined && typeof chunk === 'string' && callback === undefined) {
      this.#held = chunk;
      return true;
    }
    if (this.#held === undefined || typeof chunk !== 'string' || encoding !== 'latin1') {
      this.flush();
      return this.#socket.write(chunk, encoding, callback);
    }
    const both = this.#held + chunk;
    this.#letGo();
    return this.#socket.write(both, encoding, callback);
  }

  /** Nothing is held any more; what was, is written. */
  flush(): void {
    const socket = this.#socket;
    // The connection's own flush was first.
    if (socket[kHeld] === undefined) return;
    const held = this.#held;
    this.#letGo();
    if (held !== undefined) socket.write(held, 'latin1');
  }

  #letGo(): void {
    const socket = this.#socket;
    this.#held = undefined;
    socket[kHeld] = undefined;
    // Put back by assignment: deleting would turn the socket into a dictionary, which is slow and large.
    socket.write = this.#write;
    socket.end = this.#end;
  }
}

/** Two functions for all sockets, instead of two closures for each. */
function write(this: HeldSocket, chunk: unknown, encoding: unknown, callback: unknown): boolean {
  const held = this[kHeld];
  return held === undefined ? this.write(chunk, encoding, callback) : held.take(chunk, encoding, callback);
}

function end(this: HeldSocket, ...args: unknown[]): unknown {
  this[kHeld]?.flush();
  return this.end(...args);
}

keepShape(new HeldWrite(new Duplex()));
