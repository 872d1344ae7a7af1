import { type AdapterHub, makePacket, type Packet, PacketType } from '@sio/core/adapter';
import type { Adapter, BroadcastOptions } from 'socket.io-adapter';
import { ClusterAdapter, headerOf } from '../adapter.js';
import type { Cluster } from '../node/cluster.js';
import { type Frame, Kind } from '../wire/frame.js';
import type { AlongsideFactory } from './contracts.js';

/** A published adapter, with the methods that are its own. */
type Published = Omit<Adapter, 'apply'> & Applying;

/** Events of an adapter. The sharded adapter subscribes to a room by them. */
const ROOM_EVENTS = ['create-room', 'delete-room', 'join-room', 'leave-room'] as const;

interface Applying {
  apply(options: unknown, callback: (socket: unknown) => unknown): void;
}

/**
 * A namespace during a move: it reaches servers of socket.io over their adapter, and servers that have left that adapter over the
 * cluster. Servers that have both hear each other by the published adapter alone, so that nothing comes twice.
 */
export class AlongsideAdapter extends ClusterAdapter {
  readonly #hub: AdapterHub;
  readonly #published: Published;

  constructor(hub: AdapterHub, cluster: Cluster, make: AlongsideFactory) {
    super(hub, cluster);
    this.#hub = hub;
    const published = isClass(make) ? new make(hub as never) : make(hub as never);
    this.#published = published as Published;
    this.#share();
  }

  /** Both adapters have the same rooms. A socket that fails costs itself only, as with every adapter of the server. */
  #share(): void {
    Object.defineProperties(this.#published, {
      rooms: { get: () => this.rooms },
      sids: { get: () => this.sids },
    });
    for (const event of ROOM_EVENTS) {
      // A listener of the adapter's own makes the namespace tell of its rooms, which costs a little for each socket.
      if (this.#published.listenerCount(event) > 0) this.on(event, (...args) => this.#published.emit(event, ...args));
    }
    const { apply } = this.#published;
    this.#published.apply = (options, callback) =>
      apply.call(this.#published, options, (socket) => {
        try {
          callback(socket);
        } catch (error) {
          this.#hub.server.report(error, { phase: 'adapter', namespace: this.#hub.name });
        }
      });
  }

  override async init(): Promise<void> {
    await this.#published.init();
  }

  override async close(): Promise<void> {
    await this.#published.close();
    await super.close();
  }

  /** Servers of both kinds that answer its questions. */
  override serverCount(): Promise<number> {
    return this.#published.serverCount();
  }

  // ---- to the others ----

  #isLocal({ flags }: BroadcastOptions): boolean {
    return flags?.local === true;
  }

  /** The published adapter sends it to the sockets here, too. */
  override broadcast(packet: Packet, options: BroadcastOptions): void {
    packet.nsp = this.#hub.name;
    const { encoder } = this.#hub.server;
    const text = this.#isLocal(options)
      ? undefined
      : encoder.encodedText(makePacket(PacketType.EVENT, packet.nsp, packet.data));
    this.#settle(this.#published.broadcast(packet as never, options));
    if (text !== undefined) this.#publish(Kind.BROADCAST, options, text);
  }

  #publish(kind: Kind, options: BroadcastOptions, text?: Parameters<Cluster['publish']>[3], more: object = {}): void {
    this.cluster.publish(kind, options.rooms, { ...headerOf(this.#hub.name, options), ...more, w: 1 }, text);
  }

  override broadcastWithAck(
    packet: Packet,
    options: BroadcastOptions,
    clients: (count: number) => void,
    ack: (...args: unknown[]) => void,
  ): void {
    this.#settle(this.#published.broadcastWithAck(packet as never, options, clients, ack));
  }

  override addSockets(options: BroadcastOptions, rooms: string[]): void {
    this.#settle(this.#published.addSockets(options, rooms));
    if (!this.#isLocal(options)) this.#publish(Kind.JOIN, options, '', { j: rooms });
  }

  override delSockets(options: BroadcastOptions, rooms: string[]): void {
    this.#settle(this.#published.delSockets(options, rooms));
    if (!this.#isLocal(options)) this.#publish(Kind.LEAVE, options, '', { j: rooms });
  }

  override disconnectSockets(options: BroadcastOptions, close: boolean): void {
    this.#settle(this.#published.disconnectSockets(options, close));
    if (!this.#isLocal(options)) this.#publish(Kind.DISCONNECT, options, '', { c: close });
  }

  /** Servers that have both adapters answer twice. */
  override async fetchReachable(options: BroadcastOptions) {
    const [published, own] = await Promise.all([
      this.#published.fetchSockets(options) as Promise<{ id: string }[]>,
      super.fetchReachable(options),
    ]);
    const byId = new Map(published.map((socket) => [socket.id, socket as unknown]));
    for (const socket of own.sockets as { id: string }[]) if (!byId.has(socket.id)) byId.set(socket.id, socket);
    return { sockets: [...byId.values()], silent: own.silent };
  }

  override serverSideEmit(given: unknown[]): void {
    this.#settle(this.#published.serverSideEmit(given));
    const values = given.filter((value) => typeof value !== 'function');
    if (values.length < given.length) return;
    const text = this.#hub.server.encoder.textOfValues(values);
    this.cluster.publishToAll(Kind.EVENT, { n: this.#hub.name, w: 1 }, text);
  }

  #settle(result: unknown): void {
    if (result instanceof Promise)
      result.catch((error: unknown) => this.#hub.server.report(error, { phase: 'adapter', namespace: this.#hub.name }));
  }

  // ---- from the others ----

  /** A server that has both adapters says all but questions by both. */
  override take(frame: Frame): void {
    if (frame.header.w !== 1) super.take(frame);
  }
}

function isClass(make: AlongsideFactory): make is AlongsideFactory & (new (hub: never) => object) {
  return make.prototype !== undefined;
}
