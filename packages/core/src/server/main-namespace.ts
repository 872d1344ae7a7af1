import type {
  DecorateBroadcastAcknowledgements,
  EventNames,
  EventNamesWithoutAck,
  EventParams,
  EventsMap,
  MessageParams,
} from '../namespace/events-map.js';
import type { Hub } from '../namespace/hub.js';
import type { Broadcast, BroadcastOperator } from '../namespace/operator.js';
import type { RemoteSocket } from '../namespace/remote-socket.js';
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

  use(middleware: Parameters<Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>['use']>[0]): this {
    this.sockets.use(middleware);
    return this;
  }

  to(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.sockets.to(room);
  }

  in(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.sockets.in(room);
  }

  except(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.sockets.except(room);
  }

  compress(compress: boolean): Broadcast<EmitEvents, SocketData> {
    return this.sockets.compress(compress);
  }

  timeout(timeout: number): BroadcastOperator<DecorateBroadcastAcknowledgements<EmitEvents>, SocketData> {
    return this.sockets.timeout(timeout);
  }

  get volatile(): Broadcast<EmitEvents, SocketData> {
    return this.sockets.volatile;
  }

  get local(): Broadcast<EmitEvents, SocketData> {
    return this.sockets.local;
  }

  emit<Ev extends EventNamesWithoutAck<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean;
  emit(...data: unknown[]): boolean {
    return (this.sockets.emit as (...all: unknown[]) => boolean)(...data);
  }

  send(...args: MessageParams<EmitEvents>): this {
    this.sockets.send(...args);
    return this;
  }

  write(...args: MessageParams<EmitEvents>): this {
    return this.send(...args);
  }

  serverSideEmit<Ev extends EventNames<ServerSideEvents>>(
    event: Ev,
    ...args: EventParams<DecorateBroadcastAcknowledgements<ServerSideEvents>, Ev>
  ): boolean {
    return this.sockets.serverSideEmit(event, ...args);
  }

  get serverSideEmitWithAck() {
    return this.sockets.serverSideEmitWithAck.bind(this.sockets);
  }

  fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    return this.sockets.fetchSockets();
  }

  /** @deprecated Use {@link fetchSockets}. */
  allSockets(): Promise<Set<string>> {
    return this.sockets.allSockets();
  }

  socketsJoin(room: string | readonly string[]): void {
    this.sockets.socketsJoin(room);
  }

  socketsLeave(room: string | readonly string[]): void {
    this.sockets.socketsLeave(room);
  }

  disconnectSockets(close = false): void {
    this.sockets.disconnectSockets(close);
  }
}
