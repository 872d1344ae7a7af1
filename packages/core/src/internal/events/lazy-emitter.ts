import { listenersOf } from '../node-internals.js';

export { type Emitter, LazyEmitter, type ListenerSlot } from '../node-internals.js';

/** Whether there is a listener: ask first where there is mostly none, as the arguments of listeners are objects of their own. */
export function hears(emitter: object, event: string | symbol): boolean {
  return listenersOf(emitter, event) !== undefined;
}

/**
 * Calls each listener of `event` and hands every failure, thrown or rejected, to `report`: unlike `emit`, no listener can
 * end the process or keep the next one from running.
 * @param running gets a promise, which never fails, for each listener that is not done at once.
 * @returns whether there was a listener.
 */
export function callListeners(
  emitter: object,
  event: string | symbol,
  args: unknown[],
  report: (error: unknown) => void,
  running?: Promise<unknown>[],
): boolean {
  const slot = listenersOf(emitter, event);
  if (slot === undefined) return false;
  if (typeof slot === 'function') callOne(emitter, slot, args, report, running);
  else for (const listener of slot.slice()) callOne(emitter, listener, args, report, running);
  return true;
}

function callOne(
  emitter: object,
  listener: (...args: unknown[]) => unknown,
  args: unknown[],
  report: (error: unknown) => void,
  running: Promise<unknown>[] | undefined,
): void {
  try {
    const result = listener.apply(emitter, args);
    if (result === undefined || result === null) return;
    if (running === undefined) containRejection(result, report);
    else if (isThenable(result)) running.push(Promise.resolve(result).then(undefined, report));
  } catch (error) {
    report(error);
  }
}

/** When all have settled; undefined when there is nothing to wait for. @param running promises that never fail. */
export function allOf(running: readonly Promise<unknown>[]): Promise<void> | undefined {
  return running.length === 0 ? undefined : Promise.all(running).then(nothing);
}

function nothing(): void {}

/** Runs code of the application whose result is not needed; failures, thrown or rejected, go to `report`. */
export function contain(run: () => unknown, report: (error: unknown) => void): void {
  try {
    containRejection(run(), report);
  } catch (error) {
    report(error);
  }
}

/** Takes care of a promise that nothing awaits. @throws what a getter `then` throws */
export function containRejection(result: unknown, report: (error: unknown) => void): void {
  if (isThenable(result)) result.then(undefined, report);
}

/** Whether a handler's result has to be waited for. @throws what a getter `then` throws */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}
