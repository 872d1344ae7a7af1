import {
  type AdapterHub,
  type EncodedBinary,
  type HistoryQuery,
  type KeptRoom,
  MemoryAdapter,
  makePacket,
  type OutboundPacket,
  type Packet,
  PacketType,
  type RewindingSocket,
  type Rewound,
  type RoomEvents,
  type SessionRouter,
} from '@sio/core/adapter';
import type { BroadcastFlags, BroadcastOptions } from 'socket.io-adapter';
import { RoomHistories } from './history/room-histories.js';
import type { Cluster, ClusterMember } from './node/cluster.js';
import { SilentNodesError } from './node/questions.js';
import { bodyOf, type Frame, type Header, Kind } from './wire/frame.js';
import { isNamedBy, namespaceTopic, roomTopic } from './wire/topics.js';

type Callback = (error: Error | null, responses: unknown[]) => void;

/** A socket of another server. */
interface SocketDetails {
  readonly id: string;
  readonly handshake: object;
  readonly rooms: string[];
  readonly data: unknown;
}

/** The sockets of all servers that answered. */
interface Reachable {
  readonly sockets: unknown[];
  readonly silent: string[];
}

const NO_ROOMS: ReadonlySet<string> = new Set();
/** The longest time (ms) of a timer: a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;
/** Time (ms) for which another server's broadcast waits for acknowledgements, unless it says otherwise. */
const ACK_TIME = 60_000;
/** Time (ms) for answers on their way when that is over. */
const GRACE = 1000;

/** The adapter of a namespace in a cluster: it delivers to the sockets of this server in memory, and to other servers over the broker. */
export class ClusterAdapter extends MemoryAdapter implements ClusterMember {
  /** The value of `io.cluster`. */
  readonly cluster: Cluster;
  readonly #hub: AdapterHub;
  /** Undefined where no room has a history. @internal */
  protected readonly histories: RoomHistories | undefined;

  constructor(hub: AdapterHub, cluster: Cluster) {
    super(hub);
    this.#hub = hub;
    this.cluster = cluster;
    this.histories = this.#makeHistories();
    cluster.add(hub.name, this);
    cluster.subscriptions.acquire(namespaceTopic(hub.name));
  }

  #makeHistories(): RoomHistories | undefined {
    const { name, server } = this.#hub;
    const store = this.cluster.log?.histories;
    if (this.historyRules === undefined || store === undefined) return undefined;
    return new RoomHistories(this.cluster, store, server.encoder, name, this.historyRules, {
      isIn: (id, room) => this.isIn(id, room),
      acquire: (room) => this.acquireRoom(room),
      release: (room) => this.releaseRoom(room),
      replay: (socket, outbound) => this.replay(socket, outbound),
      enter: (id, room) => this.addAll(id, new Set([room])),
      report: (error) => server.report(error, { phase: 'recovery', namespace: name }),
    });
  }

  /** Finds the server of a session; undefined if requests are not forwarded. */
  get sessionRouter(): SessionRouter | undefined {
    return this.cluster.sessions;
  }

  override close(): Promise<void> {
    this.cluster.subscriptions.release(namespaceTopic(this.#hub.name));
    return this.cluster.remove(this.#hub.name, this);
  }

  /** The number of sockets of this namespace on this server. */
  get socketCount(): number {
    return this.#hub.sockets.size;
  }

  override serverCount(): Promise<number> {
    return Promise.resolve(this.cluster.size);
  }

  /** Creates a socket id. It begins with the server's id, so that a message to one socket needs no subscription of its own. */
  socketIdFor(id: string, connectionId: string): string {
    return id.includes(connectionId) ? id : this.cluster.id + id.slice(this.cluster.id.length);
  }

  // ---- rooms ----

  #topicOf(room: string): string | undefined {
    return isNamedBy(this.cluster.id, room) ? undefined : roomTopic(this.#hub.name, room);
  }

  protected override roomOpened(room: string): void {
    const topic = this.#topicOf(room);
    if (topic !== undefined) this.cluster.subscriptions.acquire(topic);
  }

  protected override roomClosed(room: string): void {
    this.releaseRoom(room);
  }

  /** Subscribes to a room before a socket joins it. Resolves when messages of other servers arrive. */
  protected async acquireRoom(room: string): Promise<void> {
    this.roomOpened(room);
    const topic = this.#topicOf(room);
    if (topic !== undefined) await this.cluster.subscriptions.confirmed(topic);
  }

  /** The opposite of {@link acquireRoom}. */
  protected releaseRoom(room: string): void {
    const topic = this.#topicOf(room);
    if (topic !== undefined) this.cluster.subscriptions.release(topic);
  }

  /** Resolves when messages of other servers to the rooms arrive; at once if the broker is unreachable. */
  override addAll(id: string, rooms: Set<string>): Promise<void> | void {
    const local = super.addAll(id, rooms);
    if (this.cluster.away) return local;
    let waiting: (Promise<void> | void)[] | undefined;
    for (const room of rooms) {
      const topic = this.#topicOf(room);
      const confirmed = topic === undefined ? undefined : this.cluster.subscriptions.confirmed(topic);
      if (confirmed === undefined) continue;
      waiting ??= [local];
      waiting.push(confirmed);
    }
    return waiting === undefined ? local : Promise.all(waiting).then(nothing);
  }

  // ---- broadcasts ----

  /** Sends an event to sockets of this server, synchronously, and to those of other servers. @throws CodecError when it cannot be encoded. */
  override broadcast(packet: Packet, options: BroadcastOptions): void {
    packet.nsp = this.#hub.name;
    const kept = this.keptRooms(packet, options);
    if (kept !== undefined) return this.#broadcastKept(packet, options, kept);
    const outbound = this.prepared(packet, options);
    this.deliver(outbound, options);
    if (options.flags?.local === true) return;
    const text = this.#hub.server.encoder.textOf(outbound.plain);
    this.cluster.publish(Kind.BROADCAST, options.rooms, this.#headerOf(options), text);
  }

  #broadcastKept(packet: Packet, options: BroadcastOptions, kept: readonly KeptRoom[]): void {
    const outbound = this.prepared(packet, options);
    const text = this.textFor(outbound, options);
    const header = this.#headerOf(options);
    const histories = this.histories as RoomHistories;
    const number = histories.record(kept, options.rooms, header, text);
    this.deliver(histories.delivered(outbound, ownFrame(this.cluster.id, number, header)), options);
  }

  /** @throws CodecError when it cannot be encoded for other servers; clients of this server get it if they can. */
  protected textFor(outbound: OutboundPacket, options: BroadcastOptions): string | EncodedBinary {
    try {
      return this.#hub.server.encoder.textOf(outbound.plain);
    } catch (error) {
      this.deliver(outbound, options);
      throw error;
    }
  }

  #headerOf(options: BroadcastOptions): Header {
    return headerOf(this.#hub.name, options);
  }

  override broadcastWithAck(
    packet: Packet,
    options: BroadcastOptions,
    clients: (count: number) => void,
    ack: (...args: unknown[]) => void,
  ): void {
    super.broadcastWithAck(packet, options, clients, ack);
    // As many counts are awaited as `serverCount()` says.
    if (options.flags?.local === true) return this.#noClients(this.cluster.size - 1, clients);
    const { nsp, data } = packet;
    const text = this.#hub.server.encoder.encodedText(makePacket(PacketType.EVENT, nsp, data));
    const asked = this.cluster.size - 1;
    const counts = new Map<string, { expected: number; came: number }>();
    let told = 0;
    const complete = (count: number) => {
      told++;
      clients(count);
    };
    const answered = (frame: Frame): boolean => {
      const { k } = frame.header;
      const count = counts.get(frame.sender) ?? { expected: Number.POSITIVE_INFINITY, came: 0 };
      counts.set(frame.sender, count);
      if (k !== undefined) count.expected = k;
      else {
        count.came++;
        ack(...this.#valuesOf(frame));
      }
      if (count.came < count.expected) return false;
      counts.delete(frame.sender);
      complete(count.came);
      return true;
    };
    const timeout = options.flags?.timeout;
    // The caller's own deadline comes first.
    const deadline = timeout === undefined ? ACK_TIME : timeout + GRACE;
    void this.cluster.ask({ ...this.#headerOf(options), t: 'ack' }, text, answered, deadline).then(({ silent }) => {
      // With a deadline of its own, the caller learns from it that some did not answer.
      const unheard = new Set(timeout === undefined ? [] : silent);
      for (const [sender, { came }] of counts) if (!unheard.has(sender)) complete(came);
      this.#noClients(asked - told - unheard.size, clients);
    });
  }

  #noClients(servers: number, clients: (count: number) => void): void {
    for (let n = 0; n < servers; n++) clients(0);
  }

  // ---- histories of rooms ----

  /** Sends the history of a room to a socket, followed by the events that reach this server later. */
  override async joinWithHistory(socket: RewindingSocket, room: string, query: HistoryQuery): Promise<Rewound> {
    const rule = this.requiredHistoryRule(room);
    return (this.histories as RoomHistories).join(socket, room, rule, query);
  }

  override async readHistory(room: string, query: HistoryQuery): Promise<RoomEvents> {
    const rule = this.requiredHistoryRule(room);
    return (this.histories as RoomHistories).read(room, rule, query);
  }

  override del(id: string, room: string): Promise<void> | void {
    this.histories?.left(id, room);
    return super.del(id, room);
  }

  // ---- sockets of all servers ----

  override addSockets(options: BroadcastOptions, rooms: string[]): void {
    super.addSockets(options, rooms);
    if (isLocal(options)) return;
    this.cluster.publish(Kind.JOIN, options.rooms, { ...this.#headerOf(options), j: rooms });
    this.cluster.topics.joined(this.#hub.name, rooms);
  }

  override delSockets(options: BroadcastOptions, rooms: string[]): void {
    super.delSockets(options, rooms);
    if (!isLocal(options)) this.cluster.publish(Kind.LEAVE, options.rooms, { ...this.#headerOf(options), j: rooms });
  }

  override disconnectSockets(options: BroadcastOptions, close: boolean): void {
    super.disconnectSockets(options, close);
    if (!isLocal(options))
      this.cluster.publish(Kind.DISCONNECT, options.rooms, { ...this.#headerOf(options), c: close });
  }

  /** @throws SilentNodesError when a server does not answer. */
  override async fetchSockets(options: BroadcastOptions): Promise<never[]> {
    const { sockets, silent } = await this.fetchReachable(options);
    if (silent.length > 0) throw new SilentNodesError(silent, this.cluster.size - silent.length, sockets);
    return sockets as never[];
  }

  /** Resolves with the sockets of the servers that answer, and the names of the others. */
  async fetchReachable(options: BroadcastOptions): Promise<Reachable> {
    const sockets: unknown[] = await super.fetchSockets(options);
    if (isLocal(options)) return { sockets, silent: [] };
    const answered = (frame: Frame) => {
      if (frame.header.k === undefined) sockets.push(...(this.#valuesOf(frame) as SocketDetails[]));
      return true;
    };
    const { silent } = await this.cluster.ask({ ...this.#headerOf(options), t: 'fetch' }, '', answered);
    return { sockets, silent: this.cluster.namesOf(silent) };
  }

  /** Resolves with the ids of matching sockets on all servers. */
  override async sockets(rooms: Set<string>): Promise<Set<string>> {
    const found = await this.fetchSockets({ rooms });
    return new Set(found.map(({ id }: SocketDetails) => id));
  }

  // ---- servers ----

  /** Sends an event to the other servers. A function as the last argument is called with an error or null, and one response per server. */
  override serverSideEmit(given: unknown[]): void {
    const callback = given.at(-1);
    if (typeof callback !== 'function') {
      return this.cluster.publishToAll(Kind.EVENT, { n: this.#hub.name }, this.#values(given));
    }
    const responses: unknown[] = [];
    const answered = (frame: Frame) => {
      if (frame.header.k === undefined) responses.push(this.#valuesOf(frame)[0]);
      return true;
    };
    const asked = this.cluster.ask({ n: this.#hub.name, t: 'event' }, this.#values(given.slice(0, -1)), answered);
    void asked.then(({ silent }) => {
      const names = this.cluster.namesOf(silent);
      const error =
        names.length === 0 ? null : new SilentNodesError(names, this.cluster.size - names.length, responses);
      this.#call(callback as Callback, error, responses);
    });
  }

  #call(callback: Callback, error: Error | null, responses: unknown[]): void {
    try {
      callback(error, responses);
    } catch (thrown) {
      this.#hub.server.report(thrown, { phase: 'ack', namespace: this.#hub.name });
    }
  }

  // ---- what the broker keeps ----

  /** Called twice a second, and when the broker is reachable again. */
  tick(): void {
    this.histories?.tick();
  }

  /** Called when the broker becomes unreachable: its answers will not come. */
  brokerAway(): void {
    this.histories?.brokerAway();
  }

  /** Called when a message of this server comes back from the log. */
  echo(frame: Frame): void {
    if (frame.place !== undefined) this.histories?.heard(frame);
  }

  /** Resolves when the broker has stored all emitted events. */
  stored(): Promise<void> {
    return Promise.resolve();
  }

  // ---- messages of other servers ----

  take(frame: Frame): void {
    const { kind, header } = frame;
    const options = optionsOf(header);
    switch (kind) {
      case Kind.BROADCAST:
        return this.#deliverOthers(frame, options);
      case Kind.JOIN:
        return super.addSockets(options, [...(header.j ?? [])]);
      case Kind.LEAVE:
        return super.delSockets(options, [...(header.j ?? [])]);
      case Kind.DISCONNECT:
        return super.disconnectSockets(options, header.c === true);
      case Kind.EVENT:
        return this.#hub._onServerSideEmit(this.#valuesOf(frame) as [string, ...unknown[]]);
      case Kind.QUESTION:
        return this.#answer(frame, options);
      default:
    }
  }

  #deliverOthers(frame: Frame, options: BroadcastOptions): void {
    this.deliver(this.received(frame), options);
  }

  /** A message of another server, as clients get it. */
  protected received(frame: Frame): OutboundPacket {
    const outbound = this.#hub.server.encoder.received(bodyOf(frame), frame.header.f?.send === true);
    if (frame.place === undefined || this.histories === undefined) return outbound;
    this.histories.heard(frame);
    return this.histories.delivered(outbound, frame);
  }

  #answer(frame: Frame, options: BroadcastOptions): void {
    const { sender, header } = frame;
    const q = header.q as number;
    const answer = (values: unknown[]) => this.cluster.answer(sender, { q }, this.#values(values));
    switch (header.t) {
      case 'fetch':
        void super.fetchSockets(options).then((sockets) => answer(sockets.map(detailsOf)));
        return;
      case 'event': {
        let answered = false;
        const done = (value: unknown) => {
          if (!answered) answer([value]);
          answered = true;
        };
        return this.#hub._onServerSideEmit([...(this.#valuesOf(frame) as [string]), done]);
      }
      case 'ack':
        return this.#broadcastFor(frame, options, answer);
      default:
        // A server of a later version: it shall not wait.
        return this.cluster.answer(sender, { q, k: 0 });
    }
  }

  #broadcastFor(frame: Frame, options: BroadcastOptions, answer: (values: unknown[]) => void): void {
    const { q } = frame.header;
    const packet = this.#packetOf(bodyOf(frame));
    super.broadcastWithAck(
      packet,
      options,
      (k) => this.cluster.answer(frame.sender, { q: q as number, k }),
      (...args: unknown[]) => answer(args),
    );
    const forget = () => {
      for (const { acks } of this.#hub.sockets.values()) acks.delete(packet.id as number);
    };
    setTimeout(forget, Math.min(options.flags?.timeout ?? ACK_TIME, LONGEST)).unref();
  }

  // ---- data ----

  #values(values: unknown[]): string | EncodedBinary {
    return this.#hub.server.encoder.textOfValues(values);
  }

  #valuesOf(frame: Frame): unknown[] {
    return this.#hub.server.encoder.valuesOf(bodyOf(frame));
  }

  #packetOf(body: string | EncodedBinary): Packet {
    const { encoder } = this.#hub.server;
    return typeof body === 'string' ? encoder.read(body, []) : encoder.read(body.text, body.attachments);
  }
}

type WritableHeader = { -readonly [Name in keyof Header]: Header[Name] };

/** Says whom a message is for. @internal */
export function headerOf(namespace: string, { rooms, except, flags }: BroadcastOptions): Header {
  const header: WritableHeader = { n: namespace };
  if (rooms.size > 0) header.r = [...rooms];
  if (except !== undefined && except.size > 0) header.x = [...except];
  if (flags !== undefined && Object.keys(flags).length > 0) header.f = flags as Readonly<Record<string, unknown>>;
  return header;
}

const NO_BYTES = Buffer.alloc(0);

/** A message of this server, as others will see it. @internal */
export function ownFrame(sender: string, number: number, header: Header): Frame {
  const nowhere = { position: undefined, place: undefined };
  return { kind: Kind.BROADCAST, sender, number, header, payload: NO_BYTES, at: 0, ...nowhere };
}

function isLocal({ flags }: BroadcastOptions): boolean {
  return flags?.local === true;
}

/** The opposite of {@link headerOf}. @internal */
export function optionsOf({ r, x, f }: Header): BroadcastOptions {
  return {
    rooms: r === undefined ? (NO_ROOMS as Set<string>) : new Set(r),
    except: x === undefined ? (NO_ROOMS as Set<string>) : new Set(x),
    flags: (f ?? {}) as BroadcastFlags,
  };
}

/** The part of a socket that can travel. */
function detailsOf({
  id,
  handshake,
  rooms,
  data,
}: {
  id: string;
  handshake: object;
  rooms: Set<string>;
  data: unknown;
}) {
  return { id, handshake, rooms: [...rooms], data };
}

function nothing(): void {}
