import type { IncomingMessage } from 'node:http';
import { makePacket, type Packet, PacketType } from '../codec/packet.js';
import { type Deadline, DeadlineQueue } from '../internal/deadlines.js';
import type { PacketReceiver } from '../virtual-socket/dialect.js';
import type { VirtualSocket } from '../virtual-socket/virtual-socket.js';
import { type EncodedPackets, outgoingOf } from './encoder.js';
import type { Hub } from './hub.js';
import type { HubHost } from './hub-host.js';
import type { Socket } from './socket.js';

/** How an adapter asks for a packet to be written. */
export interface WriteOptions {
  readonly volatile?: boolean;
  readonly compress?: boolean;
}

/** One connection as the namespaces see it: who is joined where, and which packet goes to whom. */
export class Client implements PacketReceiver, Deadline {
  readonly server: HubHost;
  readonly conn: VirtualSocket;
  /** By namespace; joining ones included. */
  readonly sockets = new Map<string, Socket>();
  #shared: Record<string, unknown> | undefined = undefined;
  /** Packets for namespaces that are still being looked up. */
  #early: Map<string, Packet[]> | undefined = undefined;

  due = 0;
  previousDeadline: Deadline | undefined = undefined;
  nextDeadline: Deadline | undefined = undefined;
  deadlineQueue: DeadlineQueue | undefined = undefined;

  constructor(server: HubHost, conn: VirtualSocket) {
    this.server = server;
    this.conn = conn;
    conn.receiver = this;
    server.connectDeadline.arm(this);
  }

  /** Session id of the connection: a secret. */
  get id(): string {
    return this.conn.id;
  }

  get request(): IncomingMessage | null {
    return this.conn.request;
  }

  /** What all namespaces of this connection share. */
  get shared(): Record<string, unknown> {
    this.#shared ??= Object.create(null) as Record<string, unknown>;
    return this.#shared;
  }

  /** Nothing was joined in time. */
  onDeadline(): void {
    this.conn.close();
  }

  onPacket(packet: Packet): void {
    const socket = this.sockets.get(packet.nsp);
    if (packet.type === PacketType.CONNECT) {
      if (socket !== undefined || this.#early?.has(packet.nsp)) this.#breach();
      else this.#connect(packet.nsp, packet.data);
    } else if (socket !== undefined) socket._onPacket(packet);
    else this.#stray(packet);
  }

  /** A packet for a namespace that is not joined breaks the protocol, unless its connect is still under way. */
  #stray(packet: Packet): void {
    const early = this.#early?.get(packet.nsp);
    if (early === undefined) this.#breach();
    else if (early.length >= this.server.limits.maxPendingEvents) this.conn.close();
    else early.push(packet);
  }

  /** Out of turn. */
  #breach(): void {
    if (!this.conn.dialect.tolerant) this.conn.close();
  }

  #connect(nsp: string, auth: unknown): void {
    const { limits } = this.server;
    if (this.sockets.size + (this.#early?.size ?? 0) >= limits.maxNamespacesPerConnection) return this.conn.close();
    const hub = this.server._nsps.get(nsp);
    if (hub !== undefined) return hub._admit(this, auth);
    this.#early ??= new Map();
    this.#early.set(nsp, []);
    this.server.resolveHub(nsp, auth, (found) => this.#resolved(nsp, auth, found));
  }

  #resolved(nsp: string, auth: unknown, hub: Hub | undefined): void {
    const early = this.#early?.get(nsp) ?? [];
    this.#early?.delete(nsp);
    if (this.conn.readyState !== 'open') return;
    if (hub === undefined) {
      this.conn.dialect.sendConnectFailure(this.conn, nsp, { name: 'no_such_namespace', message: 'Invalid namespace' });
      return;
    }
    hub._admit(this, auth);
    for (const packet of early) this.onPacket(packet);
  }

  /** The first namespace is joined. */
  joined(): void {
    DeadlineQueue.cancel(this);
  }

  onInvalidPacket(error: Error): void {
    for (const socket of [...this.sockets.values()]) socket._onProtocolError(error);
    this.conn.close();
  }

  onConnectionClose(reason: string, description: unknown): void {
    DeadlineQueue.cancel(this);
    this.#early = undefined;
    for (const socket of [...this.sockets.values()]) socket._onClose(reason, description);
    this.sockets.clear();
  }

  /** Leaves every namespace and closes the connection. */
  disconnect(): void {
    for (const socket of [...this.sockets.values()]) socket.disconnect();
    this.sockets.clear();
    this.conn.close();
  }

  /** Sends a packet to this client alone. @throws CodecError when it cannot be encoded. */
  send(packet: Packet, compress: boolean): void {
    this.conn.dialect.send(this.conn, packet, compress);
  }

  sendDisconnect(nsp: string): void {
    this.send(makePacket(PacketType.DISCONNECT, nsp), true);
  }

  /** Writes what an adapter had encoded: the packet travels with it, so that every dialect gets its own form. */
  writeToEngine(encoded: EncodedPackets, options: WriteOptions): void {
    if (options.volatile === true && !this.conn.writable) return;
    this.conn.sendOutgoing(outgoingOf(encoded), options.compress !== false);
  }
}
