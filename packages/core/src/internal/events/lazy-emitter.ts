import { EventEmitter } from 'node:events';

/** What Node keeps per emitter: one function, or a list when there are several. */
export type ListenerSlot = ((...args: unknown[]) => unknown) | ((...args: unknown[]) => unknown)[];

type ListenerTable = Record<string | symbol, ListenerSlot | undefined>;
type Listen = (this: object, event: string | symbol, listener: (...args: unknown[]) => void) => unknown;

// Declared for Node's own emitters, but they work on any object with its table.
const { on, prependListener } = EventEmitter.prototype as unknown as { on: Listen; prependListener: Listen };

/**
 * A table that inherits nothing, as event names come from the wire. Unlike the `{ __proto__: null }` that Node would make,
 * V8 does not take it for a dictionary, which would weigh three times as much.
 */
// A class cannot have a prototype without a prototype.
const Listeners = function Listeners() {} as unknown as new () => ListenerTable;
Listeners.prototype = Object.create(null);

/**
 * Node's methods work on an emitter whose constructor never ran. Skipping it saves an idle connection two objects, which
 * counts when there are tens of thousands.
 */
class Lazy {
  _events: ListenerTable | undefined = undefined;
  _eventsCount = 0;

  on(event: string | symbol, listener: (...args: unknown[]) => void): this {
    this._events ??= new Listeners();
    on.call(this, event, listener);
    return this;
  }

  addListener(event: string | symbol, listener: (...args: unknown[]) => void): this {
    return this.on(event, listener);
  }

  prependListener(event: string | symbol, listener: (...args: unknown[]) => void): this {
    this._events ??= new Listeners();
    prependListener.call(this, event, listener);
    return this;
  }
}
Object.setPrototypeOf(Lazy.prototype, EventEmitter.prototype);

/** An `EventEmitter` that costs nothing until somebody listens. `_events` is public so that dispatch can look first. */
// Its prototype is set above, which the compiler does not see.
export const LazyEmitter = Lazy as unknown as abstract new () => EventEmitter & Lazy;

/** An emitter as Node makes them, or a lazy one. */
export type Emitter = EventEmitter & Pick<Lazy, '_events'>;

/** Node's types do not show the table of listeners. */
interface Listened {
  readonly _events?: ListenerTable | undefined;
}

/** Whether there is a listener: ask first where there is mostly none, as the arguments of listeners are objects of their own. */
export function hears(emitter: object, event: string | symbol): boolean {
  return (emitter as Listened)._events?.[event] !== undefined;
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
  const slot = (emitter as Listened)._events?.[event];
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
