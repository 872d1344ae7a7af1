import { emitChannel } from '../internal/channels.js';
import { tellEmit } from './diagnostics.js';
import type { DefaultEventsMap, EventsMap } from './events-map.js';
import type { DefaultRequest } from './hub-host.js';
import { SocketBase } from './socket-base.js';
import type { Event } from './socket-events.js';
import { type AnyListener, SocketExtras, type SocketMiddleware } from './socket-extras.js';

/** What sees all events of a socket: middlewares and catch-all listeners. */
export abstract class ListeningSocket<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
  Request = DefaultRequest,
> extends SocketBase<ListenEvents, EmitEvents, ServerSideEvents, SocketData, Request> {
  /** @internal Made when somebody needs it. */
  _extras: SocketExtras | undefined = undefined;

  /** @internal */
  get _more(): SocketExtras {
    this._extras ??= new SocketExtras();
    return this._extras;
  }

  /** Runs `middleware([event, ...args], next)` for each event that comes in; `next(error)` stops it. */
  use(middleware: SocketMiddleware): this {
    this._more.middlewares.push(middleware);
    return this;
  }

  /** Calls `listener(event, ...args)` for whatever comes in, before middlewares and listeners. */
  onAny(listener: AnyListener): this {
    this._more.anyIncoming.push(listener);
    return this;
  }

  /** The same as {@link onAny}, before the others. */
  prependAny(listener: AnyListener): this {
    this._more.anyIncoming.unshift(listener);
    return this;
  }

  /** Takes one catch-all listener away, or all. */
  offAny(listener?: AnyListener): this {
    this._more.removeAny('anyIncoming', listener);
    return this;
  }

  /** The catch-all listeners of what comes in. */
  listenersAny() {
    return this._extras?.anyIncoming ?? [];
  }

  /** Calls `listener(event, ...args)` for whatever goes out to this client, acknowledgements apart. */
  onAnyOutgoing(listener: AnyListener): this {
    this._more.anyOutgoing.push(listener);
    return this;
  }

  /** The same as {@link onAnyOutgoing}, before the others. */
  prependAnyOutgoing(listener: AnyListener): this {
    this._more.anyOutgoing.unshift(listener);
    return this;
  }

  /** Takes one catch-all listener of what goes out away, or all. */
  offAnyOutgoing(listener?: AnyListener): this {
    this._more.removeAny('anyOutgoing', listener);
    return this;
  }

  /** The catch-all listeners of what goes out. */
  listenersAnyOutgoing() {
    return this._extras?.anyOutgoing ?? [];
  }

  /** Adapters say what they have sent. */
  notifyOutgoingListeners(packet: { data?: unknown }): void {
    this._extras?.tellOutgoing(this, packet.data as Event);
    if (emitChannel.hasSubscribers) tellEmit(this, packet.data as Event);
  }
}
