import { AsyncResource } from 'node:async_hooks';
import { keepShape } from './kept-shapes.js';
import { carriesContext } from './node-internals.js';

/**
 * The asynchronous context in which it was made, that is what `AsyncLocalStorage` held then: a connection's events come from
 * its socket, which knows nothing of the request that began it. Undefined as long as nothing in the process makes use of
 * such storage: then there is nothing to go back to, and connections and events are spared the cost.
 */
export type AsyncScope = AsyncResource | undefined;

/** Keeps no process alive, and says so to whatever looks for open handles, as Jest's `--detectOpenHandles` does. */
class Scope extends AsyncResource {
  hasRef(): false {
    return false;
  }
}

keepShape(new Scope('sio.connection'));

export function captureScope(): AsyncScope {
  const resource = new Scope('sio.connection');
  return carriesContext(resource) ? resource : undefined;
}

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
