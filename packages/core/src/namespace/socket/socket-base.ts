import { containRejection } from '../../internal/lazy-emitter.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import { checkRooms } from '../access/room-limits.js';
import type { Client } from '../client.js';
import type { DefaultRequest, ServerContext } from '../contracts.js';
import type { DefaultEventsMap, EventsMap } from '../events/events-map.js';
import type { SocketReservedEvents } from '../events/socket-events.js';
import { TypedEmitter } from '../events/typed-emitter.js';
import type { Hub } from '../hub/hub.js';
import { roomList } from '../hub/room-list.js';
import type { RecoverySession } from '../recovery/recovery-session.js';
import { type Handshake, makeHandshake } from './handshake.js';
import type { Socket } from './socket.js';
import { takeSocketInit } from './socket-slot.js';

/** The life of a socket. */
export const SocketState = Object.freeze({
  JOINING: 0,
  CONNECTED: 1,
  /** `disconnecting` is being told; still in its rooms. */
  LEAVING: 2,
  GONE: 3,
});

/** Who a socket is and where it is: its connection, what is remembered of it, its rooms. */
export abstract class SocketBase<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
  Request = DefaultRequest,
> extends TypedEmitter<ListenEvents, SocketReservedEvents> {
  /** Public id, also a room of its own. Not the session id. */
  readonly id: string;
  /** The namespace that it is in. */
  readonly nsp: Hub<
    ListenEvents,
    EmitEvents,
    ServerSideEvents,
    SocketData,
    Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>
  >;
  /** What all sockets of this connection share. */
  readonly client: Client;
  /** The session was restored after a short disconnection. */
  recovered = false;
  /** @internal A {@link SocketState}. */
  _state: number = SocketState.JOINING;
  /** @internal */
  readonly _ticket: RecoverySession | undefined;
  readonly #auth: unknown;
  #data: SocketData | undefined = undefined;
  #handshake: Handshake | undefined = undefined;

  /** @throws Error when called by hand: the server makes sockets. */
  constructor() {
    super();
    const { hub, client, auth, id, ticket } = takeSocketInit();
    this.id = id;
    this.nsp = hub as unknown as typeof this.nsp;
    this.client = client as Client;
    this.#auth = auth;
    this._ticket = ticket;
    if (ticket?.returning !== undefined) {
      this.recovered = true;
      this.#data = ticket.returning.data as SocketData;
    }
  }

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

  /** The framework's request object of the connection's first request. */
  get request(): Request {
    return this.client.conn.context as Request;
  }

  /** What the client said of itself when it came: headers, query, auth, address, time. */
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

  /** Bytes accepted for this client's connection and not yet handed to the system. */
  get bufferedBytes(): number {
    return this.client.conn.bufferedBytes;
  }

  /**
   * Resolves when everything sent so far has been handed to the system, or the client is gone: a way to send as fast as it
   * reads, and no faster.
   */
  drained(): Promise<void> {
    return this.client.conn.drained();
  }

  /** Whether the client has been told that it is in and has not left; still true during `disconnecting`. */
  get connected(): boolean {
    return this._state === SocketState.CONNECTED || this._state === SocketState.LEAVING;
  }

  /** The opposite of {@link connected}. */
  get disconnected(): boolean {
    return !this.connected;
  }

  /** @internal */
  get _joining(): boolean {
    return this._state === SocketState.JOINING;
  }

  // ---- rooms ----

  /** Rooms it is in, its own id included; empty after it has left. */
  get rooms(): Set<string> {
    return this.adapter.socketRooms(this.id) ?? new Set();
  }

  /**
   * Enters one room or several. Nothing happens once the socket is gone. What an adapter rejects with is reported, so that
   * nobody has to await it.
   * @throws ClientError `too_many_rooms`, `room_name_too_long`
   */
  join(room: string | readonly string[]): Promise<void> | void {
    if (this._state === SocketState.GONE) return;
    const rooms = new Set(roomList(room));
    checkRooms(this, rooms);
    return this.#watched(this.adapter.addAll(this.id, rooms));
  }

  /** Leaves a room. What an adapter rejects with is reported, as with {@link join}. */
  leave(room: string): Promise<void> | void {
    return this.#watched(this.adapter.del(this.id, room));
  }

  /** Most callers do not wait for an adapter; those who do get its failure all the same. */
  #watched(result: Promise<void> | void): Promise<void> | void {
    if (result !== undefined) containRejection(result, (error) => this._report(error, 'adapter', undefined));
    return result;
  }

  /** @internal */
  _report(error: unknown, phase: string, event: string | undefined): void {
    this.server.report(error, { phase, event, namespace: this.nsp.name, socket: this });
  }
}
