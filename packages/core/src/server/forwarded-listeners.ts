import { EventEmitter } from 'node:events';
import type { EventsMap } from '../namespace/events/events-map.js';
import type { ErrorContext } from '../namespace/events/reporter.js';
import type { TypedListeners } from '../namespace/events/typed-emitter.js';
import type { HubReservedEvents } from '../namespace/hub/hub.js';
import type { Hub } from '../namespace/hub/typed-hub.js';
import type { Socket } from '../namespace/socket/socket.js';

/** The events of a server. */
export interface ServerReservedEvents<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  Data,
> extends HubReservedEvents<Socket<Listen, Emit, ServerSide, Data>> {
  new_namespace: (hub: Hub<Listen, Emit, ServerSide, Data>) => void;
  handler_error: (error: unknown, context: ErrorContext) => void;
}

const FORWARDED = [
  'on',
  'once',
  'off',
  'addListener',
  'removeListener',
  'removeAllListeners',
  'prependListener',
  'prependOnceListener',
  'listeners',
  'rawListeners',
  'listenerCount',
  'eventNames',
  'setMaxListeners',
  'getMaxListeners',
] as const;

/** Listeners of a server are those of its main namespace. */
class Forwarding {
  declare readonly sockets: EventEmitter;
}

// For `instanceof`; none of its methods is reached.
Object.setPrototypeOf(Forwarding.prototype, EventEmitter.prototype);

for (const name of FORWARDED) {
  Object.defineProperty(Forwarding.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Forwarding, ...args: never[]): unknown {
      const result: unknown = (this.sockets[name] as (...all: never[]) => unknown)(...args);
      return result === this.sockets ? this : result;
    },
  });
}

interface ForwardingConstructor {
  new <Listen extends EventsMap, Emit extends EventsMap, ServerSide extends EventsMap, Data>(): Omit<
    TypedListeners<ServerSide, ServerReservedEvents<Listen, Emit, ServerSide, Data>>,
    '_events'
  >;
}

// The methods are defined in the loop above, which the compiler does not see.
export const ForwardedListeners = Forwarding as unknown as ForwardingConstructor;
