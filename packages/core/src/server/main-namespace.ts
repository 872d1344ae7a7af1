import type {
  DecorateBroadcastAcknowledgements,
  EventNames,
  EventNamesWithoutAck,
  EventParams,
  EventsMap,
  MessageParams,
} from '../namespace/events/events-map.js';
import type { Hub } from '../namespace/hub/hub.js';
import type { Broadcast, BroadcastOperator } from '../namespace/hub/operator.js';
import type { RemoteSocket } from '../namespace/hub/remote-socket.js';
import { ForwardedListeners } from './forwarded-listeners.js';

/** What a server does as its main namespace: its listeners, middlewares and broadcasts are those of `/`. */
export abstract class MainNamespace<
  ListenEvents extends EventsMap,
  EmitEvents extends EventsMap,
  ServerSideEvents extends EventsMap,
  SocketData,
> extends ForwardedListeners<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
  /** The main namespace, `/`. */
  abstract readonly sockets: Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;

  /** Runs `middleware(socket, next)` for each client that wants into `/`; `next(error)` keeps it out. */
  use(middleware: Parameters<Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>['use']>[0]): this {
    this.sockets.use(middleware);
    return this;
  }

  /** Targets one room of `/` or several. */
  to(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.sockets.to(room);
  }

  /** The same as {@link to}. */
  in(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.sockets.in(room);
  }

  /** Everybody in `/` but those in one of these rooms. */
  except(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.sockets.except(room);
  }

  /** Everybody in `/`; whether transports that can compress it should. */
  compress(compress: boolean): Broadcast<EmitEvents, SocketData> {
    return this.sockets.compress(compress);
  }

  /** Everybody in `/`; acknowledgements may take so long (ms). */
  timeout(timeout: number): BroadcastOperator<DecorateBroadcastAcknowledgements<EmitEvents>, SocketData> {
    return this.sockets.timeout(timeout);
  }

  /** Everybody in `/` who can take it now; others miss it. */
  get volatile(): Broadcast<EmitEvents, SocketData> {
    return this.sockets.volatile;
  }

  /** Clients that read more slowly than they are sent may be spared the next message of the main namespace: the oldest go first. */
  get droppable(): Broadcast<EmitEvents, SocketData> {
    return this.sockets.droppable;
  }

  /** As long as the next message waits for a client, a later one of the same key takes its place. */
  latest(key: string): Broadcast<EmitEvents, SocketData> {
    return this.sockets.latest(key);
  }

  /** Everybody in `/` on this server. */
  get local(): Broadcast<EmitEvents, SocketData> {
    return this.sockets.local;
  }

  /** Sends an event to everybody in `/`. @returns true @throws Error for a reserved event name */
  emit<Ev extends EventNamesWithoutAck<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean;
  emit(...data: unknown[]): boolean {
    return (this.sockets.emit as (...all: unknown[]) => boolean)(...data);
  }

  /** Sends a `message` event to everybody in `/`. */
  send(...args: MessageParams<EmitEvents>): this {
    this.sockets.send(...args);
    return this;
  }

  /** The same as {@link send}. */
  write(...args: MessageParams<EmitEvents>): this {
    return this.send(...args);
  }

  /** Sends an event to the other servers of the cluster, not to this one. */
  serverSideEmit<Ev extends EventNames<ServerSideEvents>>(
    event: Ev,
    ...args: EventParams<DecorateBroadcastAcknowledgements<ServerSideEvents>, Ev>
  ): boolean {
    return this.sockets.serverSideEmit(event, ...args);
  }

  /** Sends an event to the other servers and waits for one answer from each. */
  get serverSideEmitWithAck() {
    return this.sockets.serverSideEmitWithAck.bind(this.sockets);
  }

  /** All sockets of `/`, of all servers. */
  fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    return this.sockets.fetchSockets();
  }

  /** @deprecated Use {@link fetchSockets}. */
  allSockets(): Promise<Set<string>> {
    return this.sockets.allSockets();
  }

  /** Makes all sockets of `/` join one room or several. */
  socketsJoin(room: string | readonly string[]): void {
    this.sockets.socketsJoin(room);
  }

  /** Makes all sockets of `/` leave one room or several. */
  socketsLeave(room: string | readonly string[]): void {
    this.sockets.socketsLeave(room);
  }

  /** Sends all sockets of `/` away. @param close ends their connections too. */
  disconnectSockets(close = false): void {
    this.sockets.disconnectSockets(close);
  }
}
