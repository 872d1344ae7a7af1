import type { DefaultRequest } from '../contracts.js';
import type { DefaultEventsMap, EventsMap } from '../events/events-map.js';
import { Socket } from '../socket/socket.js';
import { kMethods } from '../symbols.js';
import { noteOwnFields, styleOfClass } from './class-factory.js';
import { kAcl } from './class-style.js';
import { Acl } from './declare/acl.js';
import type { RouteParams } from './declare/params.js';
import type { DispatchTable } from './dispatch/dispatch-table.js';

/**
 * The base of users' classes: one object per connection and namespace, a method per event, `this` is the socket.
 *
 * Event `e` finds the method called `on` + `e`, whatever its capitals and separators; the value that the method returns is the
 * acknowledgement. Hooks: `onConnect(auth)`, `onReady()`, `onDisconnecting(reason)`, `onDisconnect(reason)`,
 * `onUnhandled(event, ...args)`, `onError(error, context)`, `initialize()`. `static acl` lists the events that a fresh
 * connection may call, `static limits` says how fast, `static serial = true` handles one event after the other.
 *
 * @typeParam ServerEvents the events that the server emits, for `emit`.
 * @typeParam ClientEvents the events that clients send, for listeners of the function style.
 * @typeParam Data the type of `data`.
 */
export class Namespace<
  ServerEvents extends EventsMap = DefaultEventsMap,
  ClientEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: as in socket.io, `data` is untyped unless declared.
  Data = any,
  Request = DefaultRequest,
> extends Socket<ClientEvents, ServerEvents, DefaultEventsMap, Data, Request> {
  /** Never there: it lets `EmitsOf` read the events out of the class. */
  declare readonly '~emits'?: ServerEvents;
  /** @internal */
  [kAcl]: Acl | undefined = undefined;

  /** @throws Error when called by hand: the server makes namespaces. */
  constructor() {
    super(styleOfClass);
    noteOwnFields(this[kMethods] as DispatchTable, this);
  }

  /** The parameters of a namespace such as `/orders/:id`. */
  get params(): RouteParams {
    return this.nsp.params;
  }

  /** The events that this connection may send. */
  get acl(): Acl {
    this[kAcl] ??= new Acl(this[kMethods] as DispatchTable, this);
    return this[kAcl];
  }

  /**
   * Wraps every call of a method. Override it to time or trace calls or to run them in a transaction, and return the
   * result of `next()` or a promise of it.
   */
  dispatch(_event: string, _args: readonly unknown[], next: () => unknown): unknown {
    return next();
  }
}
