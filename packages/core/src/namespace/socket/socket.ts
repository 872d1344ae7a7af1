import { IncomingMessage } from 'node:http';
import { makePacket, type Packet } from '../../codec/packet/packet.js';
import type { LimitExceeded } from '../../internal/coded-error.js';
import { emitChannel } from '../../internal/events/channels.js';
import { containRejection } from '../../internal/events/lazy-emitter.js';
import { withQuery } from '../../internal/http/request.js';
import type { DisconnectDetails } from '../../virtual-socket/disconnect-details.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import { checkRooms } from '../access/room-limits.js';
import type { Client } from '../client.js';
import type { DefaultRequest, MethodResolver, ServerContext, SocketLike, WriteOptions } from '../contracts.js';
import { publishEmit } from '../events/diagnostics.js';
import type {
  AckValue,
  DecorateAcknowledgements,
  DefaultEventsMap,
  EventNames,
  EventNamesWithAck,
  EventParams,
  EventsMap,
  MessageParams,
  ParamsWithoutAck,
} from '../events/events-map.js';
import type { DisconnectReason, Event, SocketReservedEvents } from '../events/socket-events.js';
import { TypedEmitter } from '../events/typed-emitter.js';
import type { HistoryQuery, Rewound } from '../history/contracts.js';
import type { EncodedPackets } from '../hub/encoder.js';
import type { BroadcastFlags } from '../hub/flags.js';
import type { Hub as HubOf } from '../hub/hub.js';
import { type Broadcast, BroadcastOperator } from '../hub/operator.js';
import { roomList } from '../hub/room-list.js';
import type { RecoveryGap, RecoverySession } from '../recovery/recovery-session.js';
import {
  kAbandon,
  kAcknowledge,
  kBeforeConnect,
  kBusy,
  kClose,
  kConnect,
  kDeliver,
  kEndAuth,
  kFail,
  kJoining,
  kMethods,
  kProtocolError,
  kReceive,
  kReport,
  kSession,
} from '../symbols.js';
import { emitForAck } from './acknowledgements.js';
import { deliver, emitEvent } from './delivery.js';
import { acknowledge, failEvent, onevent, receivePacket } from './dispatch.js';
import { type Handshake, makeHandshake } from './handshake.js';
import { abandon, closeSocket, disconnectSocket, endAuth, isBusy, letIn } from './lifecycle.js';
import type { WaitingPacket } from './pending-input.js';
import { joinWithHistory } from './rewind.js';
import { takeSocketInit } from './socket-slot.js';
import {
  type AckCallback,
  type AnyListener,
  type EventPacket,
  kAcks,
  kEmit,
  kFlags,
  kHandling,
  kLazy,
  kPhase,
  kStyle,
  kUnread,
  kUnsent,
  type LazyState,
  lazyStateOf,
  Phase,
  publishToListeners,
  type SocketMiddleware,
} from './state.js';
import type { SocketStyle, StyleOf } from './style.js';
import { sleepContained, type Task } from './tasks.js';

/**
 * A client in a namespace.
 *
 * Events: `disconnecting(reason, description, details)`, `disconnect(reason, description, details)`, `error(error)`, and
 * the events that the client sends.
 */
export class Socket<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
  Request = DefaultRequest,
> extends TypedEmitter<ListenEvents, SocketReservedEvents> {
  /** The public id, which is also the name of a room with this socket alone. It is not the session id of the connection. */
  readonly id: string;
  /** The namespace that the socket is in. */
  readonly nsp: HubOf<
    ListenEvents,
    EmitEvents,
    ServerSideEvents,
    SocketData,
    Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>
  >;
  /** The connection, with the sockets of all its namespaces. */
  readonly client: Client;
  /** Whether the socket was restored after a short disconnection, see the option `connectionStateRecovery`. */
  recovered = false;
  /** @internal Calls the listeners of an event; libraries for socket.io replace it. */
  declare onevent: (packet: EventPacket) => void;
  /** @internal A packet of its client: see `dispatch.ts`. */
  declare readonly [kReceive]: (packet: Packet) => void;
  /** @internal A broadcast: see `delivery.ts`. */
  declare readonly [kDeliver]: SocketLike[typeof kDeliver];
  readonly #auth: unknown;
  #data: SocketData | undefined = undefined;
  #handshake: Handshake | undefined = undefined;

  // State for the modules beside this one. Symbols: classes of users may call their members what they like.
  /** @internal */
  readonly [kSession]: RecoverySession | undefined;
  /** @internal */
  readonly [kStyle]: SocketStyle | undefined;
  /** @internal */
  [kPhase]: number = Phase.JOINING;
  /** @internal */
  [kHandling] = 0;
  /** @internal */
  [kFlags]: BroadcastFlags | undefined = undefined;
  /** @internal */
  [kAcks]: Map<number, AckCallback> | undefined = undefined;
  /** @internal */
  [kUnsent]: Packet[] | undefined = undefined;
  /** @internal */
  [kUnread]: WaitingPacket[] | undefined = undefined;
  /** @internal */
  [kLazy]: LazyState | undefined = undefined;

  /**
   * @param styleOf finds what a class adds; only for `Namespace`.
   * @throws Error when called by hand: the server makes sockets.
   */
  constructor(styleOf?: StyleOf) {
    super();
    const { hub, client, auth, id, session } = takeSocketInit();
    this.id = id;
    // A hub makes sockets of its own types only.
    this.nsp = hub as never;
    this.client = client as Client;
    this.#auth = auth;
    this[kSession] = session;
    this[kStyle] = styleOf?.(hub, new.target);
    if (session?.returning !== undefined) {
      this.recovered = true;
      this.#data = session.returning.data as SocketData;
    }
  }

  // ---- its connection ----

  /** The connection, across transports. */
  get conn(): VirtualSocket {
    return this.client.conn;
  }

  /** The server. */
  get server(): ServerContext {
    return this.nsp.server;
  }

  /** The namespace's adapter. */
  get adapter() {
    return this.nsp.adapter;
  }

  /**
   * The reason why the client did not get back the session that it asked for. It may have missed events, so send it the
   * application's whole state. Undefined if the session was restored (`recovered`) or not asked for.
   */
  get recoveryGap(): RecoveryGap | undefined {
    return this[kSession]?.gap;
  }

  /** The connection's first request, as the framework's object. Null once the request is released, see the option `releaseRequest`. */
  get request(): Request {
    const { context } = this.client.conn;
    return (context instanceof IncomingMessage ? withQuery(context) : context) as Request;
  }

  /** Data of the client's first request and connect packet: headers, query, auth, address, time. */
  get handshake(): Handshake {
    this.#handshake ??= makeHandshake(this.client.conn, this.#auth);
    return this.#handshake;
  }

  /**
   * Data of the application about this socket. Other servers see it through `fetchSockets`, so it must be serialisable.
   */
  get data(): SocketData {
    this.#data ??= {} as SocketData;
    return this.#data;
  }

  set data(data: SocketData) {
    this.#data = data;
  }

  /** Data of the application about this connection: the same object in all its namespaces. */
  get shared(): Record<string, unknown> {
    return this.client.shared;
  }

  /** Bytes that wait for this client: accepted for its connection and not yet handed to the system. */
  get bufferedBytes(): number {
    return this.client.conn.bufferedBytes;
  }

  /**
   * Resolves when everything sent so far has been handed to the system, or the client is gone. Await it to send no
   * faster than the client reads.
   */
  drained(): Promise<void> {
    return this.client.conn.drained();
  }

  /** True from the accepted connect until the client leaves; still true during `disconnecting`. */
  get connected(): boolean {
    return this[kPhase] === Phase.CONNECTED || this[kPhase] === Phase.LEAVING;
  }

  /** The opposite of {@link connected}. */
  get disconnected(): boolean {
    return !this.connected;
  }

  /**
   * When the socket's authentication expires; undefined for never. Set it to a date or to milliseconds since the epoch. Events that
   * come later are not handled, and the client is disconnected within a second.
   */
  get expiresAt(): Date | undefined {
    return this.server.expiry.of(this);
  }

  /** @throws TypeError for a value that is not a time. */
  set expiresAt(time: Date | number | undefined) {
    if (this[kPhase] !== Phase.GONE) this.server.expiry.set(this, time);
  }

  /**
   * Disconnects the client from this namespace.
   * @param close true to end the whole connection, with all its namespaces.
   */
  disconnect(close = false): this {
    disconnectSocket(this, close);
    return this;
  }

  // ---- rooms ----

  /** The rooms that the socket is in, including the room named by its id. Empty after the socket has left the namespace. */
  get rooms(): Set<string> {
    return this.adapter.socketRooms(this.id) ?? new Set();
  }

  /**
   * Joins one room or several. Does nothing once the socket has disconnected. A rejection of the adapter is reported,
   * so the call need not be awaited.
   * @throws ClientError `too_many_rooms`, `room_name_too_long`
   */
  join(room: string | readonly string[]): Promise<void> | void;
  /**
   * Joins a room that has a history, see the option `history`. The client is sent a part of the room's history first, then live
   * events. Each event is sent once, and none between them is missing. A socket that is in the room already is sent nothing.
   * @throws RangeError for an invalid `rewind`. @throws Error for a room without a history, and before `connection`.
   */
  join(room: string, history: HistoryQuery): Promise<Rewound>;
  join(room: string | readonly string[], history?: HistoryQuery): Promise<Rewound> | Promise<void> | void {
    if (history !== undefined) return joinWithHistory(this, room as string, history);
    if (this[kPhase] === Phase.GONE) return;
    const rooms = new Set(roomList(room));
    checkRooms(this, rooms);
    return this.#watched(this.adapter.addAll(this.id, rooms));
  }

  /** Leaves a room. A rejection of the adapter is reported, as with {@link join}. */
  leave(room: string): Promise<void> | void {
    return this.#watched(this.adapter.del(this.id, room));
  }

  /** Most callers do not wait for an adapter; those who do get its failure all the same. */
  #watched(result: Promise<void> | void): Promise<void> | void {
    if (result !== undefined) containRejection(result, (error) => this[kReport](error, 'adapter', undefined));
    return result;
  }

  // ---- sending ----

  /** The callbacks of pending acknowledgements by id. Adapters add theirs. */
  get acks(): Map<number, AckCallback> {
    this[kAcks] ??= new Map();
    return this[kAcks];
  }

  /**
   * Sends an event. If the last argument is a function, it gets the client's acknowledgement.
   * @returns true
   * @throws Error for a reserved event name. @throws CodecError when the data cannot be encoded.
   */
  emit<Ev extends EventNames<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean;
  emit(...given: unknown[]): boolean {
    emitEvent(this, given);
    return true;
  }

  /** Sends an event and waits for its acknowledgement. @throws Error when {@link timeout} is over or the client leaves. */
  emitWithAck<Ev extends EventNamesWithAck<EmitEvents>>(
    event: Ev,
    ...args: ParamsWithoutAck<EventParams<EmitEvents, Ev>>
  ): Promise<AckValue<EmitEvents, Ev>>;
  emitWithAck(...data: unknown[]): Promise<unknown> {
    return emitForAck(this, data);
  }

  /** Sends a `message` event. */
  send(...args: MessageParams<EmitEvents>): this {
    this[kFlags] = { ...this[kFlags], send: true };
    this[kEmit]('message', ...args);
    return this;
  }

  /** The same as {@link send}. */
  write(...args: MessageParams<EmitEvents>): this {
    return this.send(...args);
  }

  /** Lets the next event be dropped if the client cannot take it now, for example while it is between two polls. */
  get volatile(): this {
    return this.#flagged({ volatile: true });
  }

  /**
   * Lets the next event be dropped if the client is slow: when more than `maxBufferedBytes` wait for it, the oldest such events are
   * dropped.
   */
  get droppable(): this {
    return this.#flagged({ droppable: true });
  }

  /** Gives the next event a key. While the event waits for the client, a later event of the same key replaces it. */
  latest(key: string): this {
    return this.#flagged({ latest: key });
  }

  /** Sets whether the next event is compressed, if the transport compresses messages. @default true */
  compress(compress: boolean): this {
    return this.#flagged({ compress });
  }

  /** Limits the wait for the next event's acknowledgement (ms). The callback's first argument is then an error, or `null`. */
  timeout(
    timeout: number,
  ): Socket<ListenEvents, DecorateAcknowledgements<EmitEvents>, ServerSideEvents, SocketData, Request> {
    return this.#flagged({ timeout }) as never;
  }

  #flagged(flags: BroadcastFlags): this {
    this[kFlags] = { ...this[kFlags], ...flags };
    return this;
  }

  #operator(): Broadcast<EmitEvents, SocketData> {
    const flags = this[kFlags];
    this[kFlags] = undefined;
    return new BroadcastOperator(this.adapter, undefined, new Set([this.id]), flags);
  }

  /** Targets the sockets in one room or several, without this socket. */
  to(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.#operator().to(room);
  }

  /** The same as {@link to}. */
  in(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.to(room);
  }

  /** Targets all sockets but this one and those in one of these rooms. */
  except(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.#operator().except(room);
  }

  /** Targets all sockets of the namespace but this one. */
  get broadcast(): Broadcast<EmitEvents, SocketData> {
    return this.#operator();
  }

  /** Targets all sockets on this server but this one. */
  get local(): Broadcast<EmitEvents, SocketData> {
    return this.#operator().local;
  }

  /**
   * Sends a packet of this namespace, or one that an adapter has encoded, as `socket.io-adapter` up to 2.2 does.
   * @throws CodecError when it cannot be encoded.
   */
  packet(packet: Packet | EncodedPackets, options: WriteOptions = {}): void {
    if (Array.isArray(packet)) this.client.writeToEngine(packet, options);
    else this.client.send(makePacket(packet.type, this.nsp.name, packet.data, packet.id), options.compress !== false);
  }

  // ---- middlewares and catch-all listeners ----

  /** Adds a middleware: `middleware([event, ...args], next)` runs for each received event, and `next(error)` stops the event. */
  use(middleware: SocketMiddleware): this {
    lazyStateOf(this).middlewares.push(middleware);
    return this;
  }

  /** Adds a catch-all listener: `listener(event, ...args)` is called for each received event, before middlewares and listeners. */
  onAny(listener: AnyListener): this {
    lazyStateOf(this).anyIncoming.push(listener);
    return this;
  }

  /** Adds a catch-all listener as {@link onAny} does, in front of the others. */
  prependAny(listener: AnyListener): this {
    lazyStateOf(this).anyIncoming.unshift(listener);
    return this;
  }

  /** Removes a catch-all listener, or without an argument all of them. */
  offAny(listener?: AnyListener): this {
    lazyStateOf(this).removeAny('anyIncoming', listener);
    return this;
  }

  /** The catch-all listeners of incoming events. */
  listenersAny(): AnyListener[] {
    return this[kLazy]?.anyIncoming ?? [];
  }

  /**
   * Adds a catch-all listener: `listener(event, ...args)` is called for each event that is sent to this client, not for acknowledgements.
   */
  onAnyOutgoing(listener: AnyListener): this {
    lazyStateOf(this).anyOutgoing.push(listener);
    return this;
  }

  /** Adds a catch-all listener of outgoing events as {@link onAnyOutgoing} does, in front of the others. */
  prependAnyOutgoing(listener: AnyListener): this {
    lazyStateOf(this).anyOutgoing.unshift(listener);
    return this;
  }

  /** Removes a catch-all listener of outgoing events, or without an argument all of them. */
  offAnyOutgoing(listener?: AnyListener): this {
    lazyStateOf(this).removeAny('anyOutgoing', listener);
    return this;
  }

  /** The catch-all listeners of outgoing events. */
  listenersAnyOutgoing(): AnyListener[] {
    return this[kLazy]?.anyOutgoing ?? [];
  }

  /** For adapters: calls the catch-all listeners of outgoing events. */
  notifyOutgoingListeners(packet: { data?: unknown; id?: number | undefined }): void {
    this[kLazy]?.notifyOutgoing(this, packet.data as Event);
    if (emitChannel.hasSubscribers) publishEmit(this, packet.data as Event, packet.id, true);
  }

  // ---- tasks ----

  /** A signal that is aborted when the client is gone. */
  get signal(): AbortSignal {
    const lazy = lazyStateOf(this);
    if (lazy.abort === undefined) {
      lazy.abort = new AbortController();
      if (this[kPhase] === Phase.GONE) lazy.abort.abort();
    }
    return lazy.abort.signal;
  }

  /** Runs a task. Its signal is aborted when the client is gone. Failures are reported, never thrown. */
  spawn(task: Task): void {
    this.server.tasks.start(task, this, this.signal, (error) => this[kReport](error, 'task', undefined));
  }

  /**
   * Waits, at most until the client is gone.
   * @param milliseconds how long.
   * @throws `AbortError` when the client is gone; a task started with {@link spawn} may leave it uncaught.
   */
  sleep(milliseconds: number): Promise<void> {
    return sleepContained(milliseconds, this.signal, this.server.unawaited);
  }

  // ---- for the other parts of the server ----

  /** @internal Through `emit`, which an application may have replaced. */
  [kEmit](event: string, ...args: unknown[]): void {
    (this.emit as (...given: unknown[]) => boolean).call(this, event, ...args);
  }

  /** @internal */
  get [kJoining](): boolean {
    return this[kPhase] === Phase.JOINING;
  }

  /** @internal */
  get [kBusy](): boolean {
    return isBusy(this);
  }

  /** @internal */
  get [kMethods](): MethodResolver | undefined {
    return this[kStyle]?.methods;
  }

  /** @internal */
  [kBeforeConnect](auth: unknown): unknown {
    return this[kStyle]?.beforeConnect(this, auth) ?? true;
  }

  /** @internal */
  [kConnect](): void {
    letIn(this);
  }

  /** @internal */
  [kAbandon](): void {
    abandon(this);
  }

  /** @internal */
  [kAcknowledge](id: number, args: unknown[], event: string): void {
    acknowledge(this, id, args, event);
  }

  /** @internal */
  [kFail](error: unknown, event: string, id: number | undefined): void {
    failEvent(this, error, event, id);
  }

  /** @internal Without `error` listeners such errors concern the client alone. */
  [kProtocolError](error: unknown): void {
    publishToListeners(this, 'error', [error]);
  }

  /** @internal */
  [kClose](reason: DisconnectReason, description: unknown, details?: DisconnectDetails): void {
    closeSocket(this, reason, description, details);
  }

  /** @internal */
  [kEndAuth](why: LimitExceeded): void {
    endAuth(this, why);
  }

  /** @internal Hooks of the class hear of it first. */
  [kReport](error: unknown, phase: string, event: string | undefined): void {
    const taken = this[kStyle]?.failed(this, error, phase, event) === true;
    this.server.report(error, { phase, event, namespace: this.nsp.name, socket: this }, taken);
  }
}

// Methods that stand in the modules of their subjects.
const METHODS = { onevent, [kReceive]: receivePacket, [kDeliver]: deliver };
for (const name of Reflect.ownKeys(METHODS) as (keyof typeof METHODS)[]) {
  Object.defineProperty(Socket.prototype, name, { value: METHODS[name], writable: true, configurable: true });
}
