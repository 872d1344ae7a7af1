import { makePacket, type Packet, PacketType } from '../codec/packet.js';
import { markAsMessage } from '../codec/sent-message.js';
import { callListeners, containRejection } from '../internal/lazy-emitter.js';
import type { Outgoing } from '../virtual-socket/outgoing.js';
import type { VirtualSocket } from '../virtual-socket/virtual-socket.js';
import { type AckCallback, addTimedAck } from './acknowledgements.js';
import type { Client } from './client.js';
import type {
  AckValue,
  DecorateAcknowledgements,
  DefaultEventsMap,
  EventNames,
  EventNamesWithAck,
  EventParams,
  EventsMap,
  ParamsWithoutAck,
} from './events-map.js';
import type { BroadcastFlags } from './flags.js';
import { type Handshake, makeHandshake } from './handshake.js';
import type { Hub } from './hub.js';
import type { DefaultRequest, HubHost } from './hub-host.js';
import { BroadcastOperator } from './operator.js';
import { assertNotReserved } from './reserved.js';
import { SocketExtras } from './socket-extras.js';
import { takeSocketInit } from './socket-slot.js';
import { TypedEmitter, untyped } from './typed-emitter.js';

/** Why a socket is gone. */
export type DisconnectReason =
  | 'transport error'
  | 'transport close'
  | 'forced close'
  | 'ping timeout'
  | 'parse error'
  | 'server shutting down'
  | 'forced server close'
  | 'client namespace disconnect'
  | 'server namespace disconnect';

/** What a socket itself tells its listeners. */
export interface SocketReservedEvents {
  disconnecting: (reason: DisconnectReason, description?: unknown) => void;
  disconnect: (reason: DisconnectReason, description?: unknown) => void;
  error: (error: Error) => void;
}

/** An event as `use` and catch-all listeners see it. */
export type Event = [name: string, ...args: unknown[]];

const JOINING = 0;
const CONNECTED = 1;
/** `disconnecting` is being told; still in its rooms. */
const LEAVING = 2;
const GONE = 3;

/**
 * A client in a namespace.
 *
 * Events: `disconnecting(reason, description)`, `disconnect(reason, description)`, `error(error)`, and what the client
 * sends.
 */
export class Socket<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
  Request = DefaultRequest,
> extends TypedEmitter<ListenEvents, SocketReservedEvents> {
  /** Public id, also a room of its own. Not the session id. */
  readonly id: string;
  readonly nsp: Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
  readonly client: Client;
  /** The session was restored after a short disconnection. */
  recovered = false;
  readonly #auth: unknown;
  #state = JOINING;
  #flags: BroadcastFlags | undefined = undefined;
  #data: SocketData | undefined = undefined;
  #handshake: Handshake | undefined = undefined;
  #acks: Map<number, AckCallback> | undefined = undefined;
  #extras: SocketExtras | undefined = undefined;
  /** Until the client is told that it is in: what it sent, what was sent to it. */
  #heldIn: Packet[] | undefined = undefined;
  #heldOut: Packet[] | undefined = undefined;

  /** @throws Error when called by hand: the server makes sockets. */
  constructor() {
    super();
    const { hub, client, auth, id } = takeSocketInit();
    this.id = id;
    this.nsp = hub as unknown as Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
    this.client = client;
    this.#auth = auth;
  }

  // ---- who it is ----

  /** The connection, across transports. */
  get conn(): VirtualSocket {
    return this.client.conn;
  }

  get server(): HubHost {
    return this.nsp.server;
  }

  get adapter() {
    return this.nsp.adapter;
  }

  /** The framework's request object of the connection's first request. */
  get request(): Request {
    return this.client.conn.context as Request;
  }

  get handshake(): Handshake {
    this.#handshake ??= makeHandshake(this.client.conn, this.#auth);
    return this.#handshake;
  }

  /** Anything the application wants to remember; other servers see it through `fetchSockets`. Must be serialisable. */
  get data(): SocketData {
    this.#data ??= {} as SocketData;
    return this.#data;
  }

  set data(data: SocketData) {
    this.#data = data;
  }

  /** Remembered for this connection, and the same in all its namespaces. */
  get shared(): Record<string, unknown> {
    return this.client.shared;
  }

  get connected(): boolean {
    return this.#state === CONNECTED || this.#state === LEAVING;
  }

  get disconnected(): boolean {
    return !this.connected;
  }

  /** @internal */
  get _joining(): boolean {
    return this.#state === JOINING;
  }

  /** Acknowledgements that are still awaited, by id. Adapters add theirs. */
  get acks(): Map<number, AckCallback> {
    this.#acks ??= new Map();
    return this.#acks;
  }

  get #more(): SocketExtras {
    this.#extras ??= new SocketExtras();
    return this.#extras;
  }

  // ---- rooms ----

  /** Rooms it is in, its own id included; empty after it has left. */
  get rooms(): Set<string> {
    return this.adapter.socketRooms(this.id) ?? new Set();
  }

  /** Enters one room or several. Nothing happens once the socket is gone. */
  join(room: string | readonly string[]): Promise<void> | void {
    if (this.#state === GONE) return;
    return this.adapter.addAll(this.id, new Set(typeof room === 'string' ? [room] : room));
  }

  leave(room: string): Promise<void> | void {
    return this.adapter.del(this.id, room);
  }

  // ---- speaking ----

  /**
   * Sends an event. A function as last argument gets the client's acknowledgement.
   * @returns true
   * @throws Error for a reserved event name. @throws CodecError when the data has no wire form.
   */
  emit<Ev extends EventNames<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean;
  emit(...data: unknown[]): boolean {
    assertNotReserved(data[0]);
    const flags = this.#flags;
    this.#flags = undefined;
    if (typeof data[data.length - 1] === 'function') this.#emitWithCallback(data, data.pop() as AckCallback, flags);
    else this.#sendEvent(makePacket(PacketType.EVENT, this.nsp.name, data, undefined), flags);
    return true;
  }

  #emitWithCallback(data: unknown[], callback: AckCallback, flags: BroadcastFlags | undefined): void {
    const id = this.nsp._ids++;
    const packet = makePacket(PacketType.EVENT, this.nsp.name, data, id);
    if (flags?.timeout === undefined) this.acks.set(id, callback);
    else addTimedAck(this.acks, id, callback, flags.timeout, this.server.deadlines);
    this.#sendEvent(packet, flags);
  }

  #sendEvent(packet: Packet, flags: BroadcastFlags | undefined): void {
    if (this.#extras !== undefined) this.#extras.tellOutgoing(this, packet.data as Event);
    if (flags === undefined) return this.#send(packet, true);
    if (flags.send === true) markAsMessage(packet);
    if (flags.volatile === true && !(this.#state === CONNECTED && this.conn.writable)) return;
    this.#send(packet, flags.compress !== false);
  }

  #send(packet: Packet, compress: boolean): void {
    if (this.#state === JOINING) {
      this.#heldOut ??= [];
      this.#heldOut.push(packet);
    } else if (this.#state !== GONE) this.client.conn.dialect.send(this.client.conn, packet, compress);
  }

  /** Sends an event and waits for its acknowledgement. @throws Error when {@link timeout} is over or the client leaves. */
  emitWithAck<Ev extends EventNamesWithAck<EmitEvents>>(
    event: Ev,
    ...args: ParamsWithoutAck<EventParams<EmitEvents, Ev>>
  ): Promise<AckValue<EmitEvents, Ev>>;
  emitWithAck(...data: unknown[]): Promise<unknown> {
    if (this.#state !== CONNECTED) {
      const why =
        this.#state === JOINING
          ? 'the client has not been told yet that it is connected'
          : 'the socket has been disconnected';
      return Promise.reject(new Error(`emitWithAck: ${why}`));
    }
    const timed = this.#flags?.timeout !== undefined;
    return new Promise((resolve, reject) => {
      const { pending } = this.#more;
      const settle = (error: unknown, value: unknown) => {
        pending.delete(reject);
        if (error !== null) reject(error);
        else resolve(value);
      };
      pending.add(reject);
      data.push(timed ? settle : (value: unknown) => settle(null, value));
      (this.emit as (...all: unknown[]) => boolean).apply(this, data);
    });
  }

  /** Sends a `message` event. */
  send(...args: EventParams<EmitEvents, EventNames<EmitEvents> & 'message'>): this {
    this.#flags = { ...this.#flags, send: true };
    this.emit('message' as EventNames<EmitEvents> & 'message', ...args);
    return this;
  }

  /** The same as {@link send}. */
  write(...args: EventParams<EmitEvents, EventNames<EmitEvents> & 'message'>): this {
    return this.send(...args);
  }

  /** The next event may be dropped when the client cannot take it now. */
  get volatile(): this {
    this.#flags = { ...this.#flags, volatile: true };
    return this;
  }

  /** @param compress whether the next event is compressed where the transport can. @default true */
  compress(compress: boolean): this {
    this.#flags = { ...this.#flags, compress };
    return this;
  }

  /** @param timeout milliseconds that the next event's acknowledgement may take; its callback gets an error first. */
  timeout(
    timeout: number,
  ): Socket<ListenEvents, DecorateAcknowledgements<EmitEvents>, ServerSideEvents, SocketData, Request> {
    this.#flags = { ...this.#flags, timeout };
    return this as never;
  }

  // ---- speaking to others ----

  #operator(): BroadcastOperator<EmitEvents, SocketData> {
    const flags = this.#flags;
    this.#flags = undefined;
    return new BroadcastOperator(this.adapter, undefined, new Set([this.id]), flags);
  }

  /** Everybody in one room or several, but not this socket. */
  to(room: string | readonly string[]): BroadcastOperator<EmitEvents, SocketData> {
    return this.#operator().to(room);
  }

  /** The same as {@link to}. */
  in(room: string | readonly string[]): BroadcastOperator<EmitEvents, SocketData> {
    return this.to(room);
  }

  /** Everybody but this socket and those in one of these rooms. */
  except(room: string | readonly string[]): BroadcastOperator<EmitEvents, SocketData> {
    return this.#operator().except(room);
  }

  /** Everybody in the namespace but this socket. */
  get broadcast(): BroadcastOperator<EmitEvents, SocketData> {
    return this.#operator();
  }

  /** Everybody on this server but this socket. */
  get local(): BroadcastOperator<EmitEvents, SocketData> {
    return this.#operator().local;
  }

  // ---- listening ----

  /** Runs `middleware([event, ...args], next)` for each event that comes in; `next(error)` stops it. */
  use(middleware: (event: Event, next: (error?: Error) => void) => unknown): this {
    this.#more.middlewares.push(middleware);
    return this;
  }

  /** Calls `listener(event, ...args)` for whatever comes in, before middlewares and listeners. */
  onAny(listener: (event: string, ...args: unknown[]) => unknown): this {
    this.#more.anyIncoming.push(listener);
    return this;
  }

  prependAny(listener: (event: string, ...args: unknown[]) => unknown): this {
    this.#more.anyIncoming.unshift(listener);
    return this;
  }

  /** Takes one catch-all listener away, or all. */
  offAny(listener?: (event: string, ...args: unknown[]) => unknown): this {
    this.#more.removeAny('anyIncoming', listener);
    return this;
  }

  listenersAny() {
    return this.#extras?.anyIncoming ?? [];
  }

  /** Calls `listener(event, ...args)` for whatever goes out to this client, acknowledgements apart. */
  onAnyOutgoing(listener: (event: string, ...args: unknown[]) => unknown): this {
    this.#more.anyOutgoing.push(listener);
    return this;
  }

  prependAnyOutgoing(listener: (event: string, ...args: unknown[]) => unknown): this {
    this.#more.anyOutgoing.unshift(listener);
    return this;
  }

  offAnyOutgoing(listener?: (event: string, ...args: unknown[]) => unknown): this {
    this.#more.removeAny('anyOutgoing', listener);
    return this;
  }

  listenersAnyOutgoing() {
    return this.#extras?.anyOutgoing ?? [];
  }

  /** Adapters say what they have sent. */
  notifyOutgoingListeners(packet: { data?: unknown }): void {
    this.#extras?.tellOutgoing(this, packet.data as Event);
  }

  /** @internal A broadcast reaches this socket. */
  _deliver(outgoing: Outgoing, volatile: boolean, compress: boolean): void {
    const { conn } = this.client;
    if (this.#extras !== undefined) this.#extras.tellOutgoing(this, outgoing.packet.data as Event);
    if (volatile && !conn.writable) return;
    conn.sendOutgoing(outgoing, compress);
  }

  // ---- coming in ----

  /** @internal Before the client is told. Returning false, or a promise of it, keeps it out. */
  _beforeConnect(_auth: unknown): unknown {
    return true;
  }

  /** @internal Tells the client that it is in, then what was said to it meanwhile, then takes what it said. */
  _connect(): void {
    const { conn } = this.client;
    this.#state = CONNECTED;
    containRejection(this.join(this.id), (error) => this._report(error, 'adapter', undefined));
    this.client.joined();
    conn.dialect.sendConnected(conn, this.nsp.name, this.id, undefined);
    const out = this.#heldOut;
    this.#heldOut = undefined;
    if (out !== undefined) for (const packet of out) this.#send(packet, true);
    this.nsp._announce(this as unknown as Socket);
    this._connected();
    const held = this.#heldIn;
    this.#heldIn = undefined;
    if (held !== undefined) for (const packet of held) this._onPacket(packet);
  }

  /** @internal For subclasses: the client has been told. */
  _connected(): void {}

  /** @internal The client was kept out, or left before it was in. */
  _abandon(): void {
    if (this.#state === GONE) return;
    this.#state = GONE;
    this.#heldIn = undefined;
    this.#heldOut = undefined;
    this.adapter.delAll(this.id);
    this.client.sockets.delete(this.nsp.name);
    this._ended();
  }

  /** @internal A packet for this socket. */
  _onPacket(packet: Packet): void {
    if (this.#state !== CONNECTED) return this.#hold(packet);
    switch (packet.type) {
      case PacketType.EVENT:
        return this.#onEvent(packet.data as Event, packet.id);
      case PacketType.ACK:
        return this.#onAck(packet);
      case PacketType.DISCONNECT:
        return this._onClose('client namespace disconnect', undefined);
      default:
        // A client has no business to send a connect error.
        this.client.conn.close();
    }
  }

  #hold(packet: Packet): void {
    if (this.#state !== JOINING) return;
    this.#heldIn ??= [];
    if (this.#heldIn.length < this.server.limits.maxPendingEvents) this.#heldIn.push(packet);
    else this.client.conn.close();
  }

  #onEvent(data: Event, id: number | undefined): void {
    if (this.#extras === undefined) return this._dispatch(data, id);
    this.#extras.incoming(this, data, id === undefined ? undefined : this._ackFunction(id), (error) => {
      if (error === undefined) this._dispatch(data, id);
      else this._onProtocolError(error);
    });
  }

  /** @internal Finds who handles an event. */
  _dispatch(data: Event, id: number | undefined): void {
    this._callListeners(data, id);
  }

  /** @internal Listeners of the function style. @returns whether there was one. */
  _callListeners(data: Event, id: number | undefined): boolean {
    const slot = this._events?.[data[0]];
    if (slot === undefined) return false;
    const args: unknown[] = data.slice(1);
    if (id !== undefined) args.push(this._ackFunction(id));
    return callListeners(untyped(this), data[0], args, (error) => this._report(error, 'event', data[0]));
  }

  /** @internal What a listener gets to acknowledge with; works once. */
  _ackFunction(id: number): AckCallback {
    let sent = false;
    return (...args) => {
      if (sent) return;
      sent = true;
      this._acknowledge(id, args);
    };
  }

  /** @internal */
  _acknowledge(id: number, args: unknown[]): void {
    if (this.#state === GONE) return;
    this.client.send(makePacket(PacketType.ACK, this.nsp.name, args, id), true);
  }

  #onAck({ id, data }: Packet): void {
    const callback = id === undefined ? undefined : this.#acks?.get(id);
    if (callback === undefined) return;
    this.#acks?.delete(id as number);
    this.#contain('ack', () => callback(...(data as unknown[])));
  }

  #contain(phase: string, run: () => unknown): void {
    const report = (error: unknown) => this._report(error, phase, undefined);
    try {
      containRejection(run(), report);
    } catch (error) {
      report(error);
    }
  }

  /** @internal */
  _report(error: unknown, phase: string, event: string | undefined): void {
    this.server.report(error, { phase, event, namespace: this.nsp.name, socket: this });
  }

  /** @internal Told to `error` listeners; without any it is nobody's business. */
  _onProtocolError(error: unknown): void {
    this._tell('error', [error]);
  }

  /** @internal Calls the listeners of one of our own events. */
  _tell(event: string, args: unknown[]): void {
    callListeners(untyped(this), event, args, (error) => this._report(error, 'listener', event));
  }

  // ---- leaving ----

  /**
   * Sends the client away from this namespace.
   * @param close ends the whole connection, all its namespaces included.
   */
  disconnect(close = false): this {
    if (this.#state === JOINING) this._abandonRequested(close);
    if (this.#state !== CONNECTED) return this;
    if (close) this.client.disconnect();
    else {
      this.client.sendDisconnect(this.nsp.name);
      this._onClose('server namespace disconnect', undefined);
    }
    return this;
  }

  /** @internal Sent away before it was in: the connect is refused. */
  _abandonRequested(close: boolean): void {
    const { conn } = this.client;
    this._abandon();
    conn.dialect.sendConnectFailure(conn, this.nsp.name, { message: 'Connection rejected by server' });
    if (close) conn.close();
  }

  /** @internal The client is gone. */
  _onClose(reason: string, description: unknown): void {
    if (this.#state === JOINING) return this._abandon();
    if (this.#state !== CONNECTED) return;
    this.#state = LEAVING;
    this._tell('disconnecting', [reason, description]);
    this._disconnecting(reason, description);
    this.#state = GONE;
    this.adapter.delAll(this.id);
    this.nsp._remove(this as unknown as Socket);
    this.client.sockets.delete(this.nsp.name);
    this.#extras?.rejectPending(new Error('socket has been disconnected'));
    this._tell('disconnect', [reason, description]);
    this._disconnected(reason, description);
    this._ended();
  }

  /** @internal For subclasses. */
  _disconnecting(_reason: string, _description: unknown): void {}

  /** @internal For subclasses. */
  _disconnected(_reason: string, _description: unknown): void {}

  /** @internal For subclasses: nothing will happen any more. */
  _ended(): void {}
}
