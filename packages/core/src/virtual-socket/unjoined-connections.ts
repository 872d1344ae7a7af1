import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import { LimitExceeded } from '../internal/coded-error.js';
import { keepShape } from '../internal/kept-shapes.js';
import { type Deadline, DeadlineQueue } from '../internal/time/deadlines.js';

/** A connection that can give way to another. */
export interface UnjoinedConnection {
  readonly remoteAddress: string;
  /** Its place among the others; undefined once it has joined a namespace. */
  place: UnjoinedPlace | undefined;
  close(discard: boolean, why: Error): void;
  /** Ends it at once, without waiting for its client. */
  evict(why: Error): void;
}

/** How much may be held for connections that have not joined a namespace. */
export interface UnjoinedLimits {
  readonly maxUnjoinedConnections: number;
  readonly maxUnjoinedBytes: number;
  readonly maxUnjoinedPerAddress: number;
}

/** Bytes that a connection costs beside the head of its request, about. */
const BASE = 4096;
/** Bytes that a header costs beside its characters: strings, and their places in a list and a map. */
const PER_HEADER = 110;
const NO_HEADERS: readonly string[] = [];

/** The place of one connection. It ends the connection when it is armed and the connection joins nothing in time. */
export class UnjoinedPlace implements Deadline {
  due = 0;
  previousDeadline: Deadline | undefined = undefined;
  nextDeadline: Deadline | undefined = undefined;
  deadlineQueue: DeadlineQueue | undefined = undefined;
  readonly conn: UnjoinedConnection;
  readonly network: Network;
  /** Bytes of memory that the connection keeps for its request, about. */
  readonly bytes: number;
  /** Its client has sent something after its handshake, or opened a transport that stays open. */
  heard = false;
  /** It has joined a namespace, which clients of Socket.IO 2 and older do by their handshake alone. */
  joined = false;
  /** The list it is in. */
  list: PlaceList;
  previous: UnjoinedPlace | undefined = undefined;
  next: UnjoinedPlace | undefined = undefined;

  constructor(conn: UnjoinedConnection, network: Network, request: IncomingMessage | null) {
    this.conn = conn;
    this.network = network;
    this.list = network.silent;
    let bytes = BASE + 2 * (request?.url?.length ?? 0);
    // Requests that a framework's tests make up may have none.
    const headers = request?.rawHeaders ?? NO_HEADERS;
    for (let i = 0; i < headers.length; i += 2) {
      bytes += PER_HEADER + 2 * (headers[i] as string).length + (headers[i + 1] as string).length;
    }
    this.bytes = bytes;
  }

  onDeadline({ duration }: DeadlineQueue): void {
    this.conn.close(false, new LimitExceeded('join_timeout', `No namespace was joined within ${duration} ms`));
  }
}

/** Places in the order in which they were taken. */
class PlaceList {
  head: UnjoinedPlace | undefined = undefined;
  #tail: UnjoinedPlace | undefined = undefined;

  append(place: UnjoinedPlace): void {
    place.list = this;
    place.previous = this.#tail;
    place.next = undefined;
    if (this.#tail === undefined) this.head = place;
    else this.#tail.next = place;
    this.#tail = place;
  }

  remove(place: UnjoinedPlace): void {
    const { previous, next } = place;
    if (previous === undefined) this.head = next;
    else previous.next = next;
    if (next === undefined) this.#tail = previous;
    else next.previous = previous;
  }
}

/** One address (of IPv6: one /64 network) and the places that it holds. */
class Network {
  readonly name: string;
  count = 0;
  bytes = 0;
  /** The order of magnitude of `bytes`: networks of one rank are taken for equally greedy. */
  rank = 0;
  /** Of connections that have not asked to join anything. */
  readonly silent = new PlaceList();
  /** Of those that have, and wait for the application's decision. */
  readonly asking = new PlaceList();

  constructor(name: string) {
    this.name = name;
  }
}

const RANKS = 33;

/**
 * The connections that have not joined a namespace yet, and those that have ended and wait for their client's last request:
 * what strangers can make the server hold. Their number and their bytes are bounded. When a place is needed, the oldest
 * connection of the greediest address gives way, those that have not asked to join first.
 */
export class UnjoinedConnections {
  readonly #limits: UnjoinedLimits;
  readonly #networks = new Map<string, Network>();
  /** Networks by rank. */
  readonly #ranks: readonly Set<Network>[] = Array.from({ length: RANKS }, () => new Set<Network>());
  #count = 0;
  #bytes = 0;
  #quiet = 0;
  #isFull = false;
  /** Connections that gave way since the server began. */
  evicted = 0;

  constructor(limits: UnjoinedLimits) {
    this.#limits = limits;
  }

  /** Connections. */
  get size(): number {
    return this.#count;
  }

  /** Connections that have joined, and whose clients are yet to be heard. */
  get quiet(): number {
    return this.#quiet;
  }

  /** Bytes that they cost, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether no connection would give way to a further one from this address. */
  refuses(address: string | undefined): boolean {
    const network = this.#networks.get(networkOf(address));
    if (network !== undefined && network.count >= this.#limits.maxUnjoinedPerAddress) {
      return network.silent.head === undefined;
    }
    if (!this.#isFull) return false;
    return network !== undefined && network.rank >= this.#topRank && network.silent.head === undefined;
  }

  get #topRank(): number {
    let rank = RANKS - 1;
    while (rank > 0 && this.#ranks[rank]?.size === 0) rank--;
    return rank;
  }

  /** Gives a connection a place. Others may lose theirs. @param request that the connection keeps in memory. */
  add(conn: UnjoinedConnection, request: IncomingMessage | null): void {
    const name = networkOf(conn.remoteAddress);
    if (this.#isFull || (this.#networks.get(name)?.count ?? 0) >= this.#limits.maxUnjoinedPerAddress)
      this.#makeRoom(name);
    let network = this.#networks.get(name);
    if (network === undefined) {
      network = new Network(name);
      this.#networks.set(name, network);
    }
    const place = new UnjoinedPlace(conn, network, request);
    conn.place = place;
    network.silent.append(place);
    this.#change(network, 1, place.bytes);
  }

  /** The connection has asked to join a namespace. */
  asked({ place }: UnjoinedConnection): void {
    if (place === undefined || place.list === place.network.asking) return;
    place.list.remove(place);
    place.network.asking.append(place);
  }

  /** The connection has joined a namespace. It keeps its place until its client is heard. */
  joined(conn: UnjoinedConnection): void {
    const { place } = conn;
    if (place === undefined || place.joined) return;
    if (place.heard) return this.delete(conn);
    DeadlineQueue.cancel(place);
    place.joined = true;
    this.#quiet++;
    place.list.remove(place);
    place.network.silent.append(place);
  }

  /** The connection's client has sent something after its handshake. */
  heard(conn: UnjoinedConnection): void {
    const { place } = conn;
    if (place === undefined) return;
    place.heard = true;
    if (place.joined) this.delete(conn);
  }

  /** The connection is gone, or no longer a stranger's. */
  delete(conn: UnjoinedConnection): void {
    const { place } = conn;
    if (place === undefined) return;
    conn.place = undefined;
    DeadlineQueue.cancel(place);
    place.list.remove(place);
    if (place.joined) this.#quiet--;
    this.#change(place.network, -1, -place.bytes);
  }

  #change(network: Network, places: number, bytes: number): void {
    const { maxUnjoinedConnections, maxUnjoinedBytes } = this.#limits;
    this.#count += places;
    this.#bytes += bytes;
    this.#isFull = this.#count >= maxUnjoinedConnections || this.#bytes >= maxUnjoinedBytes;
    const before = network.rank;
    network.count += places;
    network.bytes += bytes;
    const after = 32 - Math.clz32(Math.min(network.bytes, 0xffff_ffff));
    network.rank = after;
    if (network.count === 0) this.#networks.delete(network.name);
    if (after === before) return;
    this.#ranks[before]?.delete(network);
    if (network.count > 0) this.#ranks[after]?.add(network);
  }

  #makeRoom(name: string): void {
    while (this.#isFull && this.#count > 0) this.#evictFrom(this.#greediest(name));
    const own = this.#networks.get(name);
    while (own !== undefined && own.count >= this.#limits.maxUnjoinedPerAddress && own.count > 0) this.#evictFrom(own);
  }

  /** The network of the newcomer itself if it is among the greediest. */
  #greediest(name: string): Network {
    const greediest = this.#ranks[this.#topRank] as Set<Network>;
    const own = this.#networks.get(name);
    if (own !== undefined && greediest.has(own)) return own;
    const [first] = greediest;
    return first as Network;
  }

  #evictFrom(network: Network): void {
    const { conn } = (network.silent.head ?? network.asking.head) as UnjoinedPlace;
    this.evicted++;
    this.delete(conn);
    conn.evict(
      new LimitExceeded('too_many_unjoined', 'Another connection needed its place before it joined a namespace'),
    );
  }
}

keepShape(new UnjoinedPlace({ remoteAddress: '' } as UnjoinedConnection, new Network(''), null));

// ---- addresses ----

/** How many connections each address has, and what else is remembered of it while it has any. */
export class ConnectionsPerAddress {
  readonly #limit: number;
  readonly #connections = new Map<string, number>();

  /** @param limit connections of one address. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Addresses that have a connection. */
  get size(): number {
    return this.#connections.size;
  }

  isFull(address: string | undefined): boolean {
    return (this.#connections.get(networkOf(address)) ?? 0) >= this.#limit;
  }

  enter(address: string): void {
    const network = networkOf(address);
    this.#connections.set(network, (this.#connections.get(network) ?? 0) + 1);
  }

  leave(address: string): void {
    const network = networkOf(address);
    const left = (this.#connections.get(network) ?? 0) - 1;
    if (left > 0) this.#connections.set(network, left);
    else this.#connections.delete(network);
  }
}

/** Of eight groups, those that name a network; the others are at its user's choice. */
const NETWORK_GROUPS = 4;

/** As in `203.0.113.7:4001` and `[2001:db8::1]:4001`. */
const WITH_PORT = /^(?:(\d+\.\d+\.\d+\.\d+)|\[(.*)\])(?::\d+)?$/;

/** The unit that counts as one address: of IPv4 the address, of IPv6 the /64 network. */
export function networkOf(address: string | undefined): string {
  if (address === undefined || !address.includes(':')) return address ?? '';
  // Some proxies tell the port as well, which any client may change.
  const withPort = WITH_PORT.exec(address);
  if (withPort !== null) return networkOf(withPort[1] ?? withPort[2]);
  const [plain = ''] = address.split('%', 1);
  if (!ipaddr.IPv6.isValid(plain)) return plain;
  const parsed = ipaddr.IPv6.parse(plain);
  // An IPv4 client of a server that listens on IPv6.
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  const groups = parsed.parts.slice(0, NETWORK_GROUPS).map((group) => group.toString(16));
  return `${groups.join(':')}::`;
}
