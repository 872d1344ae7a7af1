import type { EventEmitter } from 'node:events';
import { LazyEmitter, type ListenerSlot } from '../../internal/events/lazy-emitter.js';
import type { EventNames, EventParams, EventsMap } from './events-map.js';

/** The listener for a user's event, one of ours, or (when the user declared none) anything. */
export type ListenerFor<Listen extends EventsMap, Reserved extends EventsMap, Ev extends string | symbol> = (
  ...args: Ev extends EventNames<Reserved>
    ? EventParams<Reserved, Ev>
    : Ev extends EventNames<Listen>
      ? EventParams<Listen, Ev>
      : never
) => unknown;

type Names<Listen extends EventsMap, Reserved extends EventsMap> = EventNames<Listen> | EventNames<Reserved>;

/** All of `EventEmitter` but `emit`, with the listeners typed by two events maps. */
export interface TypedListeners<Listen extends EventsMap, Reserved extends EventsMap> {
  on<Ev extends Names<Listen, Reserved>>(event: Ev, listener: ListenerFor<Listen, Reserved, Ev>): this;
  once<Ev extends Names<Listen, Reserved>>(event: Ev, listener: ListenerFor<Listen, Reserved, Ev>): this;
  off<Ev extends Names<Listen, Reserved>>(event: Ev, listener: ListenerFor<Listen, Reserved, Ev>): this;
  addListener<Ev extends Names<Listen, Reserved>>(event: Ev, listener: ListenerFor<Listen, Reserved, Ev>): this;
  removeListener<Ev extends Names<Listen, Reserved>>(event: Ev, listener: ListenerFor<Listen, Reserved, Ev>): this;
  prependListener<Ev extends Names<Listen, Reserved>>(event: Ev, listener: ListenerFor<Listen, Reserved, Ev>): this;
  prependOnceListener<Ev extends Names<Listen, Reserved>>(event: Ev, listener: ListenerFor<Listen, Reserved, Ev>): this;
  removeAllListeners(event?: Names<Listen, Reserved>): this;
  listeners<Ev extends Names<Listen, Reserved>>(event: Ev): ListenerFor<Listen, Reserved, Ev>[];
  rawListeners<Ev extends Names<Listen, Reserved>>(event: Ev): ListenerFor<Listen, Reserved, Ev>[];
  listenerCount(event: Names<Listen, Reserved>): number;
  eventNames(): (string | symbol)[];
  setMaxListeners(count: number): this;
  getMaxListeners(): number;
  /** @internal Node's own table of listeners, undefined before the first. */
  _events: Record<string | symbol, ListenerSlot | undefined> | undefined;
}

interface TypedEmitterConstructor {
  new <Listen extends EventsMap, Reserved extends EventsMap>(): TypedListeners<Listen, Reserved>;
}

/** {@link LazyEmitter} with typed listeners. The subclass defines `emit`. */
// Node's declarations know no events maps.
export const TypedEmitter = LazyEmitter as unknown as TypedEmitterConstructor;

/** The same object for Node's untyped functions. */
export function untyped(emitter: object): InstanceType<typeof LazyEmitter> {
  return emitter as EventEmitter & InstanceType<typeof LazyEmitter>;
}
