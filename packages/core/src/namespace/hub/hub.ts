import type { Adapter } from 'socket.io-adapter';
import { ContainedPromise, contained } from '../../internal/events/contained-promise.js';
import { callListeners } from '../../internal/events/lazy-emitter.js';
import type {
  ClientLike,
  ExpiredRecovery,
  HubLike,
  HubMiddleware,
  OutboundCheck,
  RecoveryLike,
  ServerContext,
  SocketFactory,
  SocketLike,
} from '../contracts.js';
import type {
  AckValue,
  DecorateBroadcastAcknowledgements,
  DefaultEventsMap,
  EventNames,
  EventNamesWithAck,
  EventNamesWithoutAck,
  EventParams,
  EventsMap,
  MessageParams,
  ParamsWithoutAck,
} from '../events/events-map.js';
import { warnOfOldName } from '../events/reporter.js';
import { TypedEmitter, untyped } from '../events/typed-emitter.js';
import { type HistoryQuery, historyAdapterOf, type RoomEvents } from '../history/contracts.js';
import { Recovery } from '../recovery/recovery.js';
import type { RecoveryGap, RestoredSession } from '../recovery/recovery-session.js';
import { type SocketInit, withSocketInit } from '../socket/socket-slot.js';
import { settle } from './adapter-result.js';
import type { ClusteredAdapter, ReachableSockets } from './cluster-contracts.js';
import type { BroadcastFlags } from './flags.js';
import { NamespaceJoin } from './namespace-join.js';
import {
  type Broadcast,
  BroadcastOperator,
  emitEvent,
  operatorEmit,
  type PartialFetch,
  type RemoteSocket,
} from './operator.js';

/** The events of a hub itself. */
export interface HubReservedEvents<Socket> {
  connect: (socket: Socket) => void;
  connection: (socket: Socket) => void;
  recovery_expired: (lost: ExpiredRecovery) => void;
}

const SERVER_SIDE_RESERVED = new Set<string | symbol>(['connect', 'connection', 'new_namespace']);
const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

/**
 * A namespace as the server sees it: its middlewares, sockets, rooms and broadcasts. socket.io calls it `Namespace`.
 *
 * Events: `connect(socket)`, `connection(socket)`, `recovery_expired(lost)`, and those that other servers send with `serverSideEmit`.
 * @typeParam Socket the sockets: those of the same events and data
 */
export class Hub<
    ListenEvents extends EventsMap = DefaultEventsMap,
    EmitEvents extends EventsMap = ListenEvents,
    ServerSideEvents extends EventsMap = DefaultEventsMap,
    // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
    SocketData = any,
    Socket extends SocketLike = SocketLike,
  >
  extends TypedEmitter<ServerSideEvents, HubReservedEvents<Socket>>
  implements HubLike
{
  /** The name of the namespace, which begins with a slash. */
  readonly name: string;
  /** The server that the namespace belongs to. */
  readonly server: ServerContext;
  /** The connected sockets of this server by id. */
  readonly sockets = new Map<string, Socket>();
  /** The adapter, which keeps the rooms and reaches other servers. */
  adapter: Adapter;
  /** Counts acknowledgement ids, for all sockets, so that a broadcast can use one id. Adapters write it. */
  _ids = 0;
  /** The route parameters of a namespace that was made from a pattern such as `/orders/:id`; otherwise empty. */
  readonly params: Readonly<Record<string, string>>;
  _middlewares: HubMiddleware[] = [];
  /** @internal */
  _factory: SocketFactory;
  /** @internal Checks what is emitted here; undefined without schemas. */
  _emits: OutboundCheck | undefined = undefined;
  /** @internal Undefined without state recovery. */
  readonly _recovery: RecoveryLike | undefined;
  /** @internal Messages between servers that are not the application's. */
  readonly _fromServers = new Map<string, (...args: unknown[]) => void>();
  /** Sockets on their way in. */
  #joining = 0;
  /** Whether the namespace was made from a parent. */
  readonly dynamic: boolean;

  /** @param makeAdapter makes the adapter, in place of the server's option `adapter`. */
  constructor(
    server: ServerContext,
    name: string,
    params: Readonly<Record<string, string>> | undefined = undefined,
    makeAdapter: (hub: HubLike) => Adapter = (hub) => server.makeAdapter(hub),
  ) {
    super();
    this.server = server;
    this.name = name;
    this._factory = server.plainSockets;
    this.dynamic = params !== undefined;
    this.params = params ?? NO_PARAMS;
    this._recovery = server.recovery && new Recovery(this, server.recovery);
    this.adapter = makeAdapter(this);
  }

  // ---- what code for older versions reads, past the types ----

  /** @internal Its middlewares. */
  get _fns(): readonly HubMiddleware[] {
    return this._middlewares;
  }

  /** @internal Of socket.io 2. A copy. */
  get connected(): Record<string, Socket> {
    warnOfOldName(this.server.logger, 'connected', 'sockets, a Map');
    return Object.fromEntries(this.sockets);
  }

  // ---- letting clients in ----

  /** Adds a middleware: `middleware(socket, next)` runs for each client that connects to the namespace, and `next(error)` refuses it. */
  use(middleware: (socket: Socket, next: (error?: Error & { data?: unknown }) => void) => unknown): this {
    this._middlewares.push(middleware as HubMiddleware);
    return this;
  }

  /** @internal Says how its sockets are made. */
  _serve(factory: SocketFactory): void {
    this._factory = factory;
    this._emits = factory.emits;
  }

  /** @internal A client asks to join. @param found the socket that it asks back, or why it does not get it. */
  _admit(client: ClientLike, sent: unknown, found: RestoredSession | RecoveryGap | undefined = undefined): void {
    const recovery = this._recovery;
    const returning = typeof found === 'object' ? found : undefined;
    const id = returning?.sid ?? this.#socketId(client);
    const auth = recovery === undefined ? sent : recovery.withoutSecrets(sent);
    const session = recovery?.sessionFor(client, sent, found);
    const init: SocketInit = { hub: this, client, auth, id, params: this.params, session };
    let socket: SocketLike;
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
    new NamespaceJoin(this, socket, auth ?? {}).run();
  }

  #socketId({ conn }: ClientLike): string {
    const id = conn.dialect.socketId(conn, this.name);
    const adapter: ClusteredAdapter = this.adapter;
    return adapter.socketIdFor === undefined ? id : adapter.socketIdFor(id, conn.id);
  }

  /** @internal The last word on a socket that wanted in. */
  _settled(socket: SocketLike, accepted: boolean): void {
    this.#joining--;
    if (!accepted) return this.leaveIfEmpty();
    this.sockets.set(socket.id, socket as Socket);
  }

  /** @internal Tells the listeners of a new socket. */
  _announce(socket: SocketLike): void {
    const report = (error: unknown) =>
      this.server.report(error, { phase: 'listener', namespace: this.name, event: 'connection', socket });
    callListeners(untyped(this), 'connect', [socket], report);
    callListeners(untyped(this), 'connection', [socket], report);
  }

  /** @internal */
  _remove(socket: SocketLike): void {
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
    if (this.dynamic && this.isEmpty) this.server.hubEmptied(this);
  }

  /** @internal Middlewares and listeners: whether the application has added some can be seen from their number. */
  get additions(): number {
    let count = this._middlewares.length;
    for (const event of untyped(this).eventNames()) count += untyped(this).listenerCount(event);
    return count;
  }

  // ---- to its clients ----

  #operator(flags?: Readonly<BroadcastFlags>): Broadcast<EmitEvents, SocketData> {
    return new BroadcastOperator(this.adapter, undefined, undefined, flags);
  }

  /** Targets the sockets in one room or several, each socket once. */
  to(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.#operator().to(room);
  }

  /** The same as {@link to}. */
  in(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.to(room);
  }

  /** Targets all sockets but those in one of these rooms. */
  except(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.#operator().except(room);
  }

  /** Targets all sockets. Sets whether the event is compressed, if the transport compresses messages. */
  compress(compress: boolean): Broadcast<EmitEvents, SocketData> {
    return this.#operator({ compress });
  }

  /** Targets all sockets. Limits the wait for acknowledgements (ms). */
  timeout(timeout: number): BroadcastOperator<DecorateBroadcastAcknowledgements<EmitEvents>, SocketData> {
    return this.#operator().timeout(timeout);
  }

  /** Targets all sockets. The event is dropped for clients that cannot take it now. */
  get volatile(): Broadcast<EmitEvents, SocketData> {
    return this.#operator({ volatile: true });
  }

  /**
   * Targets all sockets. Lets the next event be dropped for slow clients: when more than `maxBufferedBytes` wait for a client, the oldest
   * such events are dropped.
   */
  get droppable(): Broadcast<EmitEvents, SocketData> {
    return this.#operator({ droppable: true });
  }

  /** Targets all sockets. Gives the next event a key: while it waits for a client, a later event of the same key replaces it. */
  latest(key: string): Broadcast<EmitEvents, SocketData> {
    return this.#operator({ latest: key });
  }

  /** Targets the sockets of this server. */
  get local(): Broadcast<EmitEvents, SocketData> {
    return this.#operator({ local: true });
  }

  /** Sends an event to every client of this namespace. @returns true */
  emit<Ev extends EventNamesWithoutAck<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean;
  emit(...data: unknown[]): boolean {
    // Instrumentation puts a function of its own in place of the operator's.
    if (BroadcastOperator.prototype.emit === operatorEmit) emitEvent(this.adapter, data);
    else Reflect.apply(BroadcastOperator.prototype.emit as () => boolean, this.#operator(), data);
    return true;
  }

  /** Sends an event and collects the acknowledgements of all sockets. Limit the wait with {@link timeout}. */
  emitWithAck<Ev extends EventNamesWithAck<EmitEvents>>(
    event: Ev,
    ...args: ParamsWithoutAck<EventParams<EmitEvents, Ev>>
  ): Promise<AckValue<EmitEvents, Ev>>;
  emitWithAck(...data: unknown[]): Promise<unknown> {
    const operator = this.#operator();
    return (operator.emitWithAck as (...all: unknown[]) => Promise<unknown>).apply(operator, data);
  }

  /** Sends a `message` event. */
  send(...args: MessageParams<EmitEvents>): this {
    emitEvent(this.adapter, ['message', ...args], undefined, undefined, { send: true });
    return this;
  }

  /** The same as {@link send}. */
  write(...args: MessageParams<EmitEvents>): this {
    return this.send(...args);
  }

  /** Resolves to all its sockets on all servers. Sockets of other servers can be sent events, but have no listeners. */
  fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]>;
  /** Resolves to the sockets of the servers that answer, and the names of the servers that do not. */
  fetchSockets(options: PartialFetch): Promise<ReachableSockets<RemoteSocket<EmitEvents, SocketData>>>;
  fetchSockets(options?: PartialFetch): Promise<unknown> {
    return this.#operator().fetchSockets(options as PartialFetch);
  }

  /**
   * Reads the history of a room, see the option `history`: its last events, or those behind an offset.
   * @throws RangeError for an invalid `rewind`. @throws Error for a room without a history.
   */
  history(room: string, query: HistoryQuery = {}): Promise<RoomEvents> {
    return contained(historyAdapterOf(this.adapter).readHistory(room, query), 'history', this.server.unawaited);
  }

  /** @deprecated Use {@link fetchSockets}. */
  allSockets(): Promise<Set<string>> {
    return this.#operator().allSockets();
  }

  /** Makes all its sockets join one room or several. */
  socketsJoin(room: string | readonly string[]): void {
    this.#operator().socketsJoin(room);
  }

  /** Makes all its sockets leave one room or several. */
  socketsLeave(room: string | readonly string[]): void {
    this.#operator().socketsLeave(room);
  }

  /** Disconnects all its sockets. @param close true to end their connections, with all namespaces. */
  disconnectSockets(close = false): void {
    this.#operator().disconnectSockets(close);
  }

  // ---- to other servers ----

  /**
   * Sends an event to the other servers of the cluster, not to this one.
   * @throws Error for `connect`, `connection` and `new_namespace`.
   */
  serverSideEmit<Ev extends EventNames<ServerSideEvents>>(
    event: Ev,
    ...args: EventParams<DecorateBroadcastAcknowledgements<ServerSideEvents>, Ev>
  ): boolean {
    if (SERVER_SIDE_RESERVED.has(event)) throw new Error(`"${String(event)}" is a reserved event name`);
    settle(this.adapter, this.adapter.serverSideEmit([event, ...args]));
    return true;
  }

  /** Sends an event to the other servers and waits for one answer from each. */
  serverSideEmitWithAck<Ev extends EventNamesWithAck<ServerSideEvents>>(
    event: Ev,
    ...args: ParamsWithoutAck<EventParams<ServerSideEvents, Ev>>
  ): Promise<AckValue<ServerSideEvents, Ev>[]>;
  serverSideEmitWithAck(event: EventNamesWithAck<ServerSideEvents>, ...args: unknown[]): Promise<unknown[]> {
    const executor = (resolve: (value: unknown[]) => void, reject: (reason: unknown) => void): void => {
      const done = (error: (Error & { responses?: unknown }) | null, responses: unknown[]) => {
        if (error === null) return resolve(responses);
        error.responses = responses;
        reject(error);
      };
      (this.serverSideEmit as (...all: unknown[]) => boolean)(event, ...args, done);
    };
    return new ContainedPromise(executor, 'serverSideEmitWithAck', this.server.unawaited);
  }

  /** @internal An event of another server. */
  _onServerSideEmit(args: [string, ...unknown[]]): void {
    const [event, ...rest] = args;
    const own = this._fromServers.get(event);
    if (own !== undefined) return own(...rest);
    callListeners(untyped(this), event, rest, (error) =>
      this.server.report(error, { phase: 'listener', namespace: this.name, event }),
    );
  }
}
