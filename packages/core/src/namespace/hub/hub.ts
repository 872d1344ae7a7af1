import type { Adapter } from 'socket.io-adapter';
import { callListeners } from '../../internal/lazy-emitter.js';
import type { OutboundSchemas } from '../class/declare/outbound.js';
import type { Client } from '../client.js';
import type { DefaultEventsMap, EventsMap } from '../events/events-map.js';
import { untyped } from '../events/typed-emitter.js';
import { type ExpiredRecovery, Recovery } from '../recovery/recovery.js';
import type { RestoredSession } from '../recovery/recovery-session.js';
import type { ServerContext } from '../server-context.js';
import { Socket } from '../socket/socket.js';
import { type SocketInit, withSocketInit } from '../socket/socket-slot.js';
import { SpeakingHub } from './hub-speaking.js';
import { type HubMiddleware, NamespaceJoin } from './namespace-join.js';

/** How the sockets of a hub are made: plain ones, or objects of a user's class. */
export interface SocketFactory {
  /** Checks on events that are emitted. */
  readonly emits?: OutboundSchemas | undefined;
  create(): Socket;
}

const plainSockets: SocketFactory = { create: () => new Socket() };
const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

/**
 * A namespace as the server sees it: its middlewares, sockets, rooms and broadcasts. socket.io calls it `Namespace`.
 *
 * Events: `connect(socket)`, `connection(socket)`, and whatever other servers send with `serverSideEmit`.
 */
export class Hub<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
> extends SpeakingHub<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
  /** Connected sockets by id. */
  readonly sockets = new Map<string, Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>();
  /** Keeps its rooms, and reaches other servers. */
  override adapter: Adapter;
  /** Counts acknowledgement ids, for all sockets, so that a broadcast can use one id. Adapters write it. */
  _ids = 0;
  /** Route parameters of a namespace made from a pattern. */
  readonly params: Readonly<Record<string, string>>;
  _middlewares: HubMiddleware[] = [];
  _factory: SocketFactory = plainSockets;
  /** @internal What must hold of everything that is emitted here. */
  _emits: OutboundSchemas | undefined = undefined;
  /** @internal Undefined without state recovery. */
  readonly _recovery: Recovery | undefined;
  /** Sockets on their way in, for a hub that goes when it is empty. */
  #joining = 0;
  /** Made from a parent. */
  readonly dynamic: boolean;

  /** @param makeAdapter in place of the server's. */
  constructor(
    server: ServerContext,
    name: string,
    params: Readonly<Record<string, string>> | undefined = undefined,
    makeAdapter: (hub: Hub) => Adapter = (hub) => server.makeAdapter(hub),
  ) {
    super(server, name);
    this.dynamic = params !== undefined;
    this.params = params ?? NO_PARAMS;
    this._recovery = server.recovery && new Recovery(this as unknown as Hub, server.recovery);
    this.adapter = makeAdapter(this as unknown as Hub);
  }

  // ---- letting clients in ----

  /** Runs `middleware(socket, next)` for each client that wants in; `next(error)` keeps it out. */
  use(
    middleware: (
      socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>,
      next: (error?: Error & { data?: unknown }) => void,
    ) => unknown,
  ): this {
    this._middlewares.push(middleware as HubMiddleware);
    return this;
  }

  /** @internal Says how its sockets are made. */
  _serve(factory: SocketFactory): void {
    this._factory = factory;
    this._emits = factory.emits;
  }

  /** @internal A client asks to join. @param returning the socket that it asks back, if it may have it. */
  _admit(client: Client, sent: unknown, returning: RestoredSession | undefined = undefined): void {
    const recovery = this._recovery;
    const id = returning?.sid ?? client.conn.dialect.socketId(client.conn, this.name);
    const auth = recovery === undefined ? sent : recovery.withoutSecrets(sent);
    const ticket = recovery?.ticketFor(client, sent, returning);
    const init: SocketInit = { hub: this as unknown as Hub, client, auth, id, params: this.params, ticket };
    let socket: Socket;
    try {
      socket = withSocketInit(init, this._factory.create);
      if (returning !== undefined) void socket.join(returning.rooms);
    } catch (error) {
      this.server.report(error, { phase: 'connect', namespace: this.name });
      client.sendConnectFailure(this.name, { message: 'Internal error' });
      returning?.refuse();
      this.leaveIfEmpty();
      return;
    }
    client._add(socket);
    this.#joining++;
    new NamespaceJoin(this as unknown as Hub, socket, auth ?? {}).run();
  }

  /** @internal The last word on a socket that wanted in. */
  _settled(socket: Socket, accepted: boolean): void {
    this.#joining--;
    if (!accepted) return this.leaveIfEmpty();
    const connected = socket as unknown as Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
    this.sockets.set(socket.id, connected);
  }

  /** @internal Tells the listeners of a new socket. */
  _announce(socket: Socket): void {
    const report = (error: unknown) =>
      this.server.report(error, { phase: 'listener', namespace: this.name, event: 'connection', socket });
    callListeners(untyped(this), 'connect', [socket], report);
    callListeners(untyped(this), 'connection', [socket], report);
  }

  /** @internal */
  _remove(socket: Socket): void {
    if (this.sockets.delete(socket.id)) this.leaveIfEmpty();
  }

  /** @internal No client has come back for a socket in time. */
  _recoveryExpired(lost: ExpiredRecovery): void {
    callListeners(untyped(this), 'recovery_expired', [lost], (error) =>
      this.server.report(error, { phase: 'listener', namespace: this.name, event: 'recovery_expired' }),
    );
    this.leaveIfEmpty();
  }

  /** @internal No socket is in it, on its way in, or may come back. */
  get isEmpty(): boolean {
    return this.sockets.size === 0 && this.#joining === 0 && this._recovery?.awaits !== true;
  }

  /** @internal A dynamic namespace that has become empty, or that its first client never entered, may go. */
  leaveIfEmpty(): void {
    if (this.dynamic && this.isEmpty) this.server.hubEmptied(this as unknown as Hub);
  }

  /** @internal Middlewares and listeners: whether the application has added some can be seen from their number. */
  get additions(): number {
    let count = this._middlewares.length;
    for (const event of untyped(this).eventNames()) count += untyped(this).listenerCount(event);
    return count;
  }
}
