import type { Adapter } from 'socket.io-adapter';
import { ContainedPromise } from '../../internal/contained-promise.js';
import { callListeners } from '../../internal/lazy-emitter.js';
import type {
  AckValue,
  DecorateBroadcastAcknowledgements,
  EventNames,
  EventNamesWithAck,
  EventNamesWithoutAck,
  EventParams,
  EventsMap,
  MessageParams,
  ParamsWithoutAck,
} from '../events/events-map.js';
import { TypedEmitter, untyped } from '../events/typed-emitter.js';
import type { ExpiredRecovery } from '../recovery/recovery.js';
import type { ServerContext } from '../server-context.js';
import type { Socket } from '../socket/socket.js';
import { settle } from './adapter-result.js';
import type { BroadcastFlags } from './flags.js';
import { type Broadcast, BroadcastOperator } from './operator.js';
import type { RemoteSocket } from './remote-socket.js';

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

const SERVER_SIDE_RESERVED = new Set<string | symbol>(['connect', 'connection', 'new_namespace']);

/** How a namespace speaks: to its clients, and to the same namespace of other servers. */
export abstract class SpeakingHub<
  ListenEvents extends EventsMap,
  EmitEvents extends EventsMap,
  ServerSideEvents extends EventsMap,
  SocketData,
> extends TypedEmitter<ServerSideEvents, HubReservedEvents<ListenEvents, EmitEvents, ServerSideEvents, SocketData>> {
  /** Its name, with a slash in front. */
  readonly name: string;
  /** The server that it belongs to. */
  readonly server: ServerContext;
  abstract adapter: Adapter;
  /** @internal What servers tell each other without the application. */
  readonly _fromServers = new Map<string, (...args: unknown[]) => void>();

  constructor(server: ServerContext, name: string) {
    super();
    this.server = server;
    this.name = name;
  }

  // ---- to its clients ----

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

  /** Everybody; whether transports that can compress it should. */
  compress(compress: boolean): Broadcast<EmitEvents, SocketData> {
    return this.#operator({ compress });
  }

  /** Everybody; acknowledgements may take so long (ms). */
  timeout(timeout: number): BroadcastOperator<DecorateBroadcastAcknowledgements<EmitEvents>, SocketData> {
    return this.#operator().timeout(timeout);
  }

  /** Everybody who can take it now; others miss it. */
  get volatile(): Broadcast<EmitEvents, SocketData> {
    return this.#operator({ volatile: true });
  }

  /** Clients that read more slowly than they are sent may be spared the next message: the oldest go first. */
  get droppable(): Broadcast<EmitEvents, SocketData> {
    return this.#operator({ droppable: true });
  }

  /** As long as the next message waits for a client, a later one of the same key takes its place. */
  latest(key: string): Broadcast<EmitEvents, SocketData> {
    return this.#operator({ latest: key });
  }

  /** Everybody on this server. */
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

  /** All its sockets, of all servers. Those of other servers can be spoken to, but not listened to. */
  fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]> {
    return this.#operator().fetchSockets();
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

  /** Sends all its sockets away. @param close ends their connections too. */
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
