import { AsyncResource } from 'node:async_hooks';

/**
 * The asynchronous context in which it was made, that is what `AsyncLocalStorage` held then: a connection's events come from
 * its socket, which knows nothing of the request that began it.
 */
export class AsyncScope extends AsyncResource {
  constructor() {
    super('sio.connection');
  }

  /** Calls `run` in this context. */
  enter<This extends object, A, B>(run: (this: This, a: A, b: B) => void, self: This, a: A, b: B): void {
    this.runInAsyncScope(run, self, a, b);
  }

  /** Calls `run` in a context of its own, a copy of this one: what it puts there with `enterWith` stays there. */
  fork<This extends object, A, B>(run: (this: This, a: A, b: B) => void, self: This, a: A, b: B): void {
    this.runInAsyncScope(forked, undefined, run, self, a, b);
  }
}

function forked(run: (...args: never[]) => unknown, self: object, a: unknown, b: unknown): void {
  new AsyncResource('sio.event').runInAsyncScope(run as (...args: unknown[]) => unknown, self, a, b);
}
