import type { AsyncResource } from 'node:async_hooks';
import { Scope } from './node-internals.js';

/**
 * The asynchronous context that `captureScope` found: what `AsyncLocalStorage` held. A connection's events come from its socket, which
 * knows nothing of the request that began it. Undefined where no such storage held anything: then there is nothing to go back to,
 * and connections and events do not pay for it.
 */
export type AsyncScope = AsyncResource | undefined;

/** Calls `run` in this context. */
export function enterScope<This extends object, A, B>(
  scope: AsyncScope,
  run: (this: This, a: A, b: B) => void,
  self: This,
  a: A,
  b: B,
): void {
  if (scope === undefined) run.call(self, a, b);
  else scope.runInAsyncScope(run, self, a, b);
}

/** Calls `run` in a context of its own, a copy of this one: what it puts there with `enterWith` stays there. */
export function forkScope<This extends object, A, B>(
  scope: AsyncScope,
  run: (this: This, a: A, b: B) => void,
  self: This,
  a: A,
  b: B,
): void {
  if (scope === undefined) run.call(self, a, b);
  else scope.runInAsyncScope(forked, undefined, run, self, a, b);
}

function forked(run: (...args: never[]) => unknown, self: object, a: unknown, b: unknown): void {
  new Scope('sio.event').runInAsyncScope(run as (...args: unknown[]) => unknown, self, a, b);
}
