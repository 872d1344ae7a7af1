import type { IncomingMessage } from 'node:http';
import { makePacket, type Packet, PacketType } from '../codec/packet/packet.js';
import { enterScope } from '../internal/async-scope.js';
import { LimitExceeded } from '../internal/coded-error.js';
import { refusalChannel } from '../internal/events/channels.js';
import { contain } from '../internal/events/lazy-emitter.js';
import { DeadlineQueue, QueuedDeadline } from '../internal/time/deadlines.js';
import type { OutboundPacket } from '../transport/frame.js';
import type { ConnectFailure, PacketReceiver } from '../virtual-socket/dialect.js';
import type { DisconnectDetails, EndReason } from '../virtual-socket/disconnect-details.js';
import type { ConnectionTaker } from '../virtual-socket/engine-context.js';
import type { VirtualSocket } from '../virtual-socket/virtual-socket.js';
import { tooManyPending } from './access/pending-limit.js';
import type { ClientLike, HubLike, ServerContext, SocketLike, WriteOptions } from './contracts.js';
import { publishConnectRefused } from './events/diagnostics.js';
import type { EncodedPackets } from './hub/encoder.js';
import { JOIN_TIMEOUT } from './hub/namespace-join.js';
import type { RecoveryGap, RestoredSession } from './recovery/recovery-session.js';
import { costOfAuth, PendingInput, type WaitingPacket } from './socket/pending-input.js';
import { kBusy, kClose, kProtocolError, kReceive, kSession } from './symbols.js';

const NO_PACKETS: readonly WaitingPacket[] = Object.freeze([]);

/** A connection as namespaces see it, with its sockets. It passes each received packet to the socket that the packet is for. */
export class Client implements PacketReceiver, ClientLike {
  /** The server that the client is connected to. */
  readonly server: ServerContext;
  /** The connection, across transports. */
  readonly conn: VirtualSocket;
  /** Most clients join one namespace, which needs no map. */
  #first: SocketLike | undefined = undefined;
  #others: Map<string, SocketLike> | undefined = undefined;
  #shared: Record<string, unknown> | undefined = undefined;
  /** Packets for namespaces that are still being looked up. */
  #early: Map<string, Lookup> | undefined = undefined;
  #pending: PendingInput | undefined = undefined;
  /** Namespaces that the server has ended, and that the client has not joined again. */
  #ended: Set<string> | undefined = undefined;
  /** To join namespaces. */
  #attempts = 0;

  constructor(server: ServerContext, conn: VirtualSocket) {
    this.server = server;
    this.conn = conn;
    conn.receiver = this;
    if (conn.place !== undefined) server.connectDeadline.arm(conn.place);
  }

  /** The session id of the connection: a secret between the client and the server. */
  get id(): string {
    return this.conn.id;
  }

  /** The HTTP request that made the connection; null once it has been released. */
  get request(): IncomingMessage | null {
    return this.conn.request;
  }

  /** Values that all namespaces of this connection share. */
  get shared(): Record<string, unknown> {
    this.#shared ??= Object.create(null) as Record<string, unknown>;
    return this.#shared;
  }

  /** A copy of the sockets of this connection by namespace, including sockets that are still connecting. */
  get sockets(): ReadonlyMap<string, SocketLike> {
    return new Map(this.#all().map((socket) => [socket.nsp.name, socket]));
  }

  /** @internal The same, as code for socket.io reads it past the types. */
  get nsps(): ReadonlyMap<string, SocketLike> {
    return this.sockets;
  }

  #all(): SocketLike[] {
    const all = this.#first === undefined ? [] : [this.#first];
    return this.#others === undefined ? all : [...all, ...this.#others.values()];
  }

  /** One that fails costs the others nothing. */
  #each(visit: (socket: SocketLike) => void): void {
    for (const socket of this.#all()) {
      contain(
        () => visit(socket),
        (error) => this.server.report(error, { phase: 'disconnect', namespace: socket.nsp.name, socket }),
      );
    }
  }

  #socketIn(nsp: string): SocketLike | undefined {
    return this.#first?.nsp.name === nsp ? this.#first : this.#others?.get(nsp);
  }

  get #joinedCount(): number {
    return (this.#first === undefined ? 0 : 1) + (this.#others?.size ?? 0);
  }

  /** @internal What of this connection waits for a decision. */
  get _pending(): PendingInput {
    this.#pending ??= new PendingInput(this.conn, this.server.limits.maxPendingBytes);
    return this.#pending;
  }

  /** @internal A socket is on its way in. */
  _add(socket: SocketLike): void {
    if (this.#first === undefined) this.#first = socket;
    else {
      this.#others ??= new Map();
      this.#others.set(socket.nsp.name, socket);
    }
  }

  /** @internal A socket has left. */
  _remove(socket: SocketLike, byClient = false): void {
    if (!byClient && this.conn.readyState === 'open') this.#noteEnded(socket.nsp.name);
    this.#pending?.drop(socket.nsp.name);
    if (this.#first === socket) this.#first = undefined;
    else if (this.#others?.get(socket.nsp.name) === socket) this.#others.delete(socket.nsp.name);
  }

  /** Packets for it may be under way: its client does not know yet that it is no longer in. */
  #noteEnded(nsp: string): void {
    this.#ended ??= new Set();
    this.#ended.delete(nsp);
    this.#ended.add(nsp);
    if (this.#ended.size > this.server.limits.maxNamespacesPerConnection) {
      const [oldest] = this.#ended;
      this.#ended.delete(oldest as string);
    }
  }

  /** @internal */
  get untouched(): boolean {
    return this.conn.place !== undefined && this.#first === undefined && this.#early === undefined;
  }

  /** @internal */
  takesEvents(nsp: string): boolean {
    return this.#socketIn(nsp) !== undefined || this.#early?.has(nsp) === true;
  }

  /** @internal */
  onPacket(packet: Packet): void {
    const socket = this.#socketIn(packet.nsp);
    if (packet.type === PacketType.CONNECT) {
      if (socket !== undefined || this.#early?.has(packet.nsp)) this.#protocolViolation();
      else this.#connect(packet.nsp, packet.data);
    } else if (socket !== undefined) socket[kReceive](packet);
    else this.#unexpectedPacket(packet);
  }

  /**
   * Stops beginning new work, because the server is about to end the connection. The client sends events that were not
   * acknowledged again to another server.
   */
  retire(): void {
    this.takesEvents = () => false;
    this.onPacket = (packet) => {
      const begins = packet.type === PacketType.EVENT || packet.type === PacketType.CONNECT;
      if (!begins) Client.prototype.onPacket.call(this, packet);
    };
  }

  /** A packet for a namespace that is not joined breaks the protocol, unless its connect is still under way. */
  #unexpectedPacket(packet: Packet): void {
    const { maxPendingEvents } = this.server.limits;
    const early = this.#early?.get(packet.nsp);
    if (early === undefined) {
      if (this.#ended?.has(packet.nsp) !== true) this.#protocolViolation();
    } else if (early.packets.length < maxPendingEvents)
      early.packets.push({ packet, cost: this._pending.add(packet.data) });
    else this.conn.close(false, tooManyPending(maxPendingEvents));
  }

  /** Out of turn. */
  #protocolViolation(): void {
    if (this.conn.dialect.tolerant) return;
    this.conn.close(
      false,
      new LimitExceeded('out_of_turn', 'A packet for a namespace that is not joined, or joined already'),
    );
  }

  #connect(nsp: string, auth: unknown): void {
    this.conn.engine.unjoinedConnections.asked(this.conn);
    this.#ended?.delete(nsp);
    if (this.#attempts++ > 0 && !this.server.rates.admitsJoin(this)) return;
    const cost = costOfAuth(auth, this.server.limits.maxPendingBytes);
    if (cost > 0 && !this._pending.keep(nsp, cost)) return;
    enterScope(this.conn.scope, this.#find, this, nsp, auth);
  }

  #find(nsp: string, auth: unknown): void {
    const { limits } = this.server;
    const { maxNamespacesPerConnection: max } = limits;
    if (this.#joinedCount + (this.#early?.size ?? 0) >= max) {
      return this.conn.close(false, new LimitExceeded('too_many_namespaces', `More than ${max} namespaces`));
    }
    const hub = this.server._nsps.get(nsp);
    if (hub !== undefined) return this.#enter(hub, auth);
    const lookup = this.#wait(nsp);
    this.server.resolveHub(nsp, auth, (found) => this.#resolved(lookup, auth, found));
  }

  /** Its packets wait until it is known who it is, and where. */
  #wait(nsp: string): Lookup {
    const lookup = new Lookup(this, nsp);
    this.#early ??= new Map();
    this.#early.set(nsp, lookup);
    this.server.connectDeadline.arm(lookup);
    return lookup;
  }

  #isAwaited(lookup: Lookup): boolean {
    return this.conn.readyState === 'open' && this.#early?.get(lookup.nsp) === lookup;
  }

  /** @internal Nothing has been found in time. */
  _lookupTimedOut(lookup: Lookup): void {
    if (!this.#isAwaited(lookup)) return;
    this.#takeEarly(lookup.nsp);
    this.#refuse(lookup.nsp, { name: 'join_timeout', message: JOIN_TIMEOUT });
  }

  #refuse(nsp: string, failure: ConnectFailure): void {
    this.#pending?.drop(nsp);
    if (refusalChannel.hasSubscribers) publishConnectRefused(this.conn, nsp, undefined, failure);
    this.sendConnectFailure(nsp, failure);
  }

  #resolved(lookup: Lookup, auth: unknown, hub: HubLike | undefined): void {
    const { nsp } = lookup;
    if (!this.#isAwaited(lookup)) return hub?.leaveIfEmpty();
    if (hub !== undefined) return this.#enter(hub, auth);
    this.#takeEarly(nsp);
    this.#refuse(nsp, { name: 'no_such_namespace', message: 'Invalid namespace' });
  }

  /** Its packets wait while an adapter looks for the socket that it asks back. */
  #enter(hub: HubLike, auth: unknown): void {
    const returning = hub._recovery?.find(this, auth);
    if (!(returning instanceof Promise)) return this.#admit(hub, auth, returning);
    const lookup = this.#early?.get(hub.name) ?? this.#wait(hub.name);
    void returning.then((found) => {
      if (this.#isAwaited(lookup)) return this.#admit(hub, auth, found);
      if (typeof found === 'object') found.giveBack();
      hub.leaveIfEmpty();
    });
  }

  #admit(hub: HubLike, auth: unknown, returning: RestoredSession | RecoveryGap | undefined): void {
    const early = this.#takeEarly(hub.name);
    hub._admit(this, auth, returning);
    for (const { packet } of early) this.onPacket(packet);
  }

  #takeEarly(nsp: string): readonly WaitingPacket[] {
    const lookup = this.#early?.get(nsp);
    if (lookup === undefined) return NO_PACKETS;
    this.#early?.delete(nsp);
    DeadlineQueue.cancel(lookup);
    for (const { cost } of lookup.packets) this._pending.remove(cost);
    return lookup.packets;
  }

  /** Called when the first namespace is joined. */
  joined(): void {
    this.conn.engine.unjoinedConnections.joined(this.conn);
  }

  /** @internal */
  onInvalidPacket(error: Error): void {
    this.#each((socket) => socket[kProtocolError](error));
    this.conn.close(false, error);
  }

  /** @internal */
  onConnectionClose(reason: EndReason, description: unknown, details: DisconnectDetails): void {
    if (this.#early !== undefined) for (const lookup of this.#early.values()) DeadlineQueue.cancel(lookup);
    this.#early = undefined;
    this.#each((socket) => socket[kClose](reason, description, details));
    this.#clear();
  }

  #clear(): void {
    this.#first = undefined;
    this.#others = undefined;
  }

  /** Whether work is in progress that the client waits for, or an acknowledgement of the client is pending. */
  get isBusy(): boolean {
    if (this.#early !== undefined && this.#early.size > 0) return true;
    return this.#first?.[kBusy] === true || (this.#others !== undefined && this.#all().some((socket) => socket[kBusy]));
  }

  /** Leaves every namespace and closes the connection. */
  disconnect(): void {
    this.#each((socket) => void socket.disconnect());
    this.#clear();
    this.conn.close();
  }

  /** Sends a packet to this client alone. @throws CodecError when it cannot be encoded. */
  send(packet: Packet, compress: boolean): void {
    this.conn.dialect.send(this.conn, packet, compress);
  }

  /** @internal Tells the client that it is in. @returns whether that could be said. */
  sendConnected(nsp: string, socketId: string, pid: string | undefined): boolean {
    try {
      this.conn.dialect.sendConnected(this.conn, nsp, socketId, pid);
      return true;
    } catch (error) {
      this.#cannotBeTold(nsp, error);
      return false;
    }
  }

  /** @internal Tells the client that it is kept out. */
  sendConnectFailure(nsp: string, failure: ConnectFailure): void {
    try {
      this.conn.dialect.sendConnectFailure(this.conn, nsp, failure);
    } catch (error) {
      this.#cannotBeTold(nsp, error);
    }
  }

  /** The application's own JSON or parser fails at the simplest words: nothing can be said to this client. */
  #cannotBeTold(namespace: string, error: unknown): void {
    this.server.report(error, { phase: 'connect', namespace });
    this.conn.close();
  }

  /** @internal */
  sendDisconnect(nsp: string): void {
    this.send(makePacket(PacketType.DISCONNECT, nsp), true);
  }

  /** Writes a packet that an adapter has had encoded. The packet itself travels along, so that each dialect can encode it its own way. */
  writeToEngine(encoded: EncodedPackets | string | Buffer, options: WriteOptions = {}): void {
    if (options.volatile === true && !this.conn.writable) return;
    const packet = this.server.encoder.outboundPacketOf(encoded);
    if (packet !== undefined) this.conn.sendPacket(this.#meant(packet, options), options.compress !== false);
  }

  /** Adapters that can repeat a packet add an offset to its arguments, which some clients must not see. */
  #meant(outgoing: OutboundPacket, { volatile }: WriteOptions): OutboundPacket {
    if (this.server.recovery === undefined) return outgoing;
    const { packet } = outgoing;
    if (volatile === true || packet.type !== PacketType.EVENT || packet.id !== undefined) return outgoing;
    const socket = this.#socketIn(packet.nsp);
    if (socket?.nsp._recovery?.stampsEvents !== true) return outgoing;
    outgoing.stamped = true;
    return socket[kSession] === undefined ? outgoing.plain : outgoing;
  }
}

/** Makes a client for each connection of a server. */
export class Clients implements ConnectionTaker {
  readonly #server: ServerContext;

  constructor(server: ServerContext) {
    this.#server = server;
  }

  /** The connection has opened. */
  accept(conn: VirtualSocket): void {
    new Client(this.#server, conn);
  }
}

/** The packets for a namespace that is still being looked up. */
class Lookup extends QueuedDeadline {
  readonly #client: Client;
  readonly nsp: string;
  readonly packets: WaitingPacket[] = [];

  constructor(client: Client, nsp: string) {
    super();
    this.#client = client;
    this.nsp = nsp;
  }

  override onDeadline(): void {
    this.#client._lookupTimedOut(this);
  }
}
