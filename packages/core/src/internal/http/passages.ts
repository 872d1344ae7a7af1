import { genuineNow, genuineTimeout } from '../time/genuine.js';

/** A request or a WebSocket that this server passes on, to and from the server that has its session. */
export interface Passage {
  /** A WebSocket ends with this server; a request ends with its answer. */
  readonly isSocket: boolean;
  /** The HTTP server that its client came through. */
  readonly server: object | undefined;
  /** Asks the session's server to answer a poll, or to end a WebSocket once nothing is under way on it. May be called again. */
  leave(): void;
  /** Ends it at once. */
  cut(): void;
}

/** Milliseconds between two looks at what is passed on, while this server ends. */
const LOOK = 10;
/** Milliseconds before the same is asked again, and for which a poll may wait that comes while this server ends. */
const AGAIN = 250;
/** Milliseconds that WebSockets have to end when this server closes, and requests to be answered. */
const FAREWELL = 1000;
const LAST_ANSWER = 5000;
const NEVER = Number.POSITIVE_INFINITY;

/** All that this server passes on. */
export class Passages {
  /** With the time (monotonic ms) at which each is asked to leave. */
  readonly #open = new Map<Passage, number>();
  #looking = false;
  #waiting: (() => void)[] = [];

  get size(): number {
    return this.#open.size;
  }

  has(passage: Passage): boolean {
    return this.#open.has(passage);
  }

  [Symbol.iterator](): IterableIterator<Passage> {
    return this.#open.keys();
  }

  /** @param ends this server is about to end. */
  add(passage: Passage, ends: boolean): void {
    this.#open.set(passage, NEVER);
    if (ends) this.end(passage, genuineNow() + AGAIN);
  }

  delete(passage: Passage): void {
    this.#open.delete(passage);
    if (this.#open.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** @param time (monotonic ms) at which it is asked to leave. */
  end(passage: Passage, time: number): void {
    if (!this.#open.has(passage)) return;
    this.#open.set(passage, time);
    if (this.#looking) return;
    this.#looking = true;
    this.#lookSoon();
  }

  /** Asks them to leave now, and cuts off those that are left after some seconds. @param server whose clients they are; undefined: of all. */
  endAll(server: object | undefined): void {
    const isMeant = (passage: Passage) => server === undefined || passage.server === server;
    const meant = [...this.#open.keys()].filter(isMeant);
    if (meant.length === 0) return;
    for (const passage of meant) this.end(passage, 0);
    this.#look();
    const cut = (isSocket: boolean) => {
      for (const passage of [...this.#open.keys()])
        if (isMeant(passage) && passage.isSocket === isSocket) passage.cut();
    };
    genuineTimeout(cut, FAREWELL, true).unref();
    genuineTimeout(cut, LAST_ANSWER, false).unref();
  }

  /** Resolves when nothing is passed on. */
  emptied(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  #lookSoon(): void {
    genuineTimeout(() => {
      this.#looking = this.#look();
      if (this.#looking) this.#lookSoon();
    }, LOOK).unref();
  }

  /** @returns whether there is anything to ask later. */
  #look(): boolean {
    const now = genuineNow();
    let left = false;
    for (const [passage, time] of [...this.#open]) {
      if (time === NEVER) continue;
      left = true;
      if (time > now) continue;
      this.#open.set(passage, now + AGAIN);
      passage.leave();
    }
    return left;
  }
}
