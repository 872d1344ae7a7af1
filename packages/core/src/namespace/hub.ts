import type { Adapter } from 'socket.io-adapter';
import { callListeners } from '../internal/lazy-emitter.js';
import { Admission, type HubMiddleware } from './admission.js';
import type { Client } from './client.js';
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
} from './events-map.js';
import type { BroadcastFlags } from './flags.js';
import type { HubHost } from './hub-host.js';
import { type Broadcast, BroadcastOperator } from './operator.js';
import { type ExpiredRecovery, Recovery } from './recovery/recovery.js';
import type { Returning } from './recovery/ticket.js';
import type { RemoteSocket } from './remote-socket.js';
import { Socket } from './socket.js';
import { type SocketInit, withSocketInit } from './socket-slot.js';
import { TypedEmitter, untyped } from './typed-emitter.js';

/** What a hub itself tells its listeners. */
export interface HubReservedEvents<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  Data,
> {
  connect: (socket: Socket<Listen, Emit, ServerSide, Data>) => void;
  connection: (socket: Socket<Listen, Emit, ServerSide, Data>) => void;
  recovery_expired: (lost: ExpiredRecovery) => void;
}

/** How the sockets of a hub are made: plain ones, or objects of a user's class. */
export interface SocketFactory {
  create(): Socket;
}

const plainSockets: SocketFactory = { create: () => new Socket() };
const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});
const SERVER_SIDE_RESERVED = new Set<string | symbol>(['connect', 'connection', 'new_namespace']);

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
> extends TypedEmitter<ServerSideEvents, HubReservedEvents<ListenEvents, EmitEvents, ServerSideEvents, SocketData>> {
  readonly name: string;
  readonly server: HubHost;
  /** Connected sockets by id. */
  readonly sockets = new Map<string, Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>>();
  adapter: Adapter;
  /** Counts acknowledgement ids, for all sockets, so that a broadcast can use one id. Adapters write it. */
  _ids = 0;
  /** Route parameters of a namespace made from a pattern. */
  readonly params: Readonly<Record<string, string>>;
  /** @internal What servers tell each other without the application. */
  readonly _fromServers = new Map<string, (...args: unknown[]) => void>();
  _middlewares: HubMiddleware[] = [];
  _factory: SocketFactory = plainSockets;
  /** @internal Undefined without state recovery. */
  readonly _recovery: Recovery | undefined;
  /** Sockets on their way in, for a hub that goes when it is empty. */
  #joining = 0;
  /** Made from a parent; goes when it is empty if the server says so. */
  readonly dynamic: boolean;

  constructor(server: HubHost, name: string, params: Readonly<Record<string, string>> | undefined = undefined) {
    super();
    this.server = server;
    this.name = name;
    this.dynamic = params !== undefined;
    this.params = params ?? NO_PARAMS;
    this._recovery = server.recovery && new Recovery(this as unknown as Hub, server.recovery);
    this.adapter = server.makeAdapter(this as unknown as Hub);
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

  /** @internal A client asks to join. @param returning the socket that it asks back, if it may have it. */
  _admit(client: Client, sent: unknown, returning: Returning | undefined = undefined): void {
    const recovery = this._recovery;
    const id = returning?.sid ?? client.conn.dialect.socketId(client.conn, this.name);
    const auth = recovery === undefined ? sent : recovery.withoutSecrets(sent);
    const ticket = recovery?.ticketFor(client, sent, returning);
    const init: SocketInit = { hub: this as unknown as Hub, client, auth, id, params: this.params, ticket };
    let socket: Socket;
    try {
      socket = withSocketInit(init, this._factory.create);
    } catch (error) {
      this.server.report(error, { phase: 'connect', namespace: this.name });
      client.conn.dialect.sendConnectFailure(client.conn, this.name, { message: 'Internal error' });
      returning?.refuse();
      return;
    }
    client._add(socket);
    this.#joining++;
    if (returning !== undefined) void socket.join(returning.rooms);
    new Admission(this as unknown as Hub, socket, auth ?? {}).run();
  }

  /** @internal The last word on a socket that wanted in. */
  _settled(socket: Socket, accepted: boolean): void {
    this.#joining--;
    if (!accepted) return this.#cleanUp();
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
    if (this.sockets.delete(socket.id)) this.#cleanUp();
  }

  /** @internal Nobody has come back for a socket in time. */
  _recoveryExpired(lost: ExpiredRecovery): void {
    callListeners(untyped(this), 'recovery_expired', [lost], (error) =>
      this.server.report(error, { phase: 'listener', namespace: this.name, event: 'recovery_expired' }),
    );
    this.#cleanUp();
  }

  #cleanUp(): void {
    if (!this.dynamic || !this.server.cleanupEmptyChildNamespaces) return;
    if (this.sockets.size === 0 && this.#joining === 0 && this._recovery?.awaits !== true)
      this.server.forgetHub(this as unknown as Hub);
  }

  // ---- speaking to them ----

  #operator(flags?: Readonly<BroadcastFlags>): Broadcast<EmitEvents, SocketData> {
    return new BroadcastOperator(this.adapter, undefined, undefined, flags);
  }

  /** Targets one room or several. */
  to(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.#operator().to(room);
  }

  /** The same as {@link to}. */
  in(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.to(room);
  }

  /** Everybody but those in one of these rooms. */
  except(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.#operator().except(room);
  }

  compress(compress: boolean): Broadcast<EmitEvents, SocketData> {
    return this.#operator({ compress });
  }

  timeout(timeout: number): BroadcastOperator<DecorateBroadcastAcknowledgements<EmitEvents>, SocketData> {
    return this.#operator().timeout(timeout);
  }

  get volatile(): Broadcast<EmitEvents, SocketData> {
    return this.#operator({ volatile: true });
  }

  get local(): Broadcast<EmitEvents, SocketData> {
    return this.#operator({ local: true });
  }

  /** Sends an event to every client of this namespace. @returns true */
  emit<Ev extends EventNamesWithoutAck<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean;
  emit(...data: unknown[]): boolean {
    return emitWith(this.#operator(), data);
  }

  /** Sends an event and collects everybody's acknowledgement; set a limit with {@link timeout}. */
  emitWithAck<Ev extends EventNamesWithAck<EmitEvents>>(
    event: Ev,
    ...args: ParamsWithoutAck<EventParams<EmitEvents, Ev>>
  ): Promise<AckValue<EmitEvents, Ev>>;
  emitWithAck(...data: unknown[]): Promise<unknown> {
    const operator = this.#operator() as unknown as { emitWithAck(...all: unknown[]): Promise<unknown> };
    return operator.emitWithAck(...data);
  }

  /** Sends a `message` event. */
  send(...args: MessageParams<EmitEvents>): this {
    emitWith(this.#operator({ send: true }), ['message', ...args]);
    return this;
  }

  /** The same as {@link send}. */
  write(...args: MessageParams<EmitEvents>): this {
    return this.send(...args);
  }

  fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    return this.#operator().fetchSockets();
  }

  /** @deprecated Use {@link fetchSockets}. */
  allSockets(): Promise<Set<string>> {
    return this.#operator().allSockets();
  }

  socketsJoin(room: string | readonly string[]): void {
    this.#operator().socketsJoin(room);
  }

  socketsLeave(room: string | readonly string[]): void {
    this.#operator().socketsLeave(room);
  }

  disconnectSockets(close = false): void {
    this.#operator().disconnectSockets(close);
  }

  // ---- speaking to other servers ----

  /**
   * Sends an event to the other servers of the cluster, not to this one.
   * @throws Error for `connect`, `connection` and `new_namespace`.
   */
  serverSideEmit<Ev extends EventNames<ServerSideEvents>>(
    event: Ev,
    ...args: EventParams<DecorateBroadcastAcknowledgements<ServerSideEvents>, Ev>
  ): boolean {
    if (SERVER_SIDE_RESERVED.has(event)) throw new Error(`"${String(event)}" is a reserved event name`);
    this.adapter.serverSideEmit([event, ...args]);
    return true;
  }

  /** Sends an event to the other servers and waits for one answer from each. */
  serverSideEmitWithAck<Ev extends EventNamesWithAck<ServerSideEvents>>(
    event: Ev,
    ...args: ParamsWithoutAck<EventParams<ServerSideEvents, Ev>>
  ): Promise<AckValue<ServerSideEvents, Ev>[]>;
  serverSideEmitWithAck(event: EventNamesWithAck<ServerSideEvents>, ...args: unknown[]): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      const done = (error: (Error & { responses?: unknown }) | null, responses: unknown[]) => {
        if (error === null) return resolve(responses);
        error.responses = responses;
        reject(error);
      };
      (this.serverSideEmit as (...all: unknown[]) => boolean)(event, ...args, done);
    });
  }

  /** @internal Another server speaks to us. */
  _onServerSideEmit(args: [string, ...unknown[]]): void {
    const [event, ...rest] = args;
    const own = this._fromServers.get(event);
    if (own !== undefined) return own(...rest);
    callListeners(untyped(this), event, rest, (error) =>
      this.server.report(error, { phase: 'listener', namespace: this.name, event }),
    );
  }
}

/** Past the types, which have been checked on the way in. */
function emitWith(operator: object, data: unknown[]): boolean {
  return (operator as { emit(...all: unknown[]): boolean }).emit(...data);
}
