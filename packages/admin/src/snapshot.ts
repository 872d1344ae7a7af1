import type { ClusterStats, Server, ServerStats } from '@sio/core';
import { clipped, userOf } from './labels.js';
import type { Settings } from './settings.js';

/** A namespace with its clients. */
export interface NamespaceRow {
  readonly name: string;
  readonly sockets: number;
  /** The number of rooms, without the room that each socket has for itself. */
  readonly rooms: number;
}

/** A room with the number of its sockets. */
export interface RoomRow {
  readonly namespace: string;
  readonly room: string;
  readonly sockets: number;
}

/** A slow consumer: a client with unsent output. */
export interface SlowRow {
  readonly namespace: string;
  readonly id: string;
  readonly user: string | undefined;
  readonly transport: string;
  readonly bufferedBytes: number;
}

/** The number of refusals of one kind since the handlers were created. */
export interface RefusalRow {
  readonly type: string;
  readonly code: string;
  readonly count: number;
}

/** The first rows of a list. */
export interface Bounded<Row> {
  readonly rows: readonly Row[];
  /** The number of all rows, including those that are left out. */
  readonly total: number;
}

/** The figures of a server at one moment, which the page shows. */
export interface Snapshot {
  /** The time of the figures: milliseconds since the epoch. */
  readonly time: number;
  /** The result of `io.stats()`, without namespaces. */
  readonly stats: Omit<ServerStats, 'namespaces'>;
  /** The namespaces with the most sockets. */
  readonly namespaces: Bounded<NamespaceRow>;
  /** The rooms with the most sockets. */
  readonly rooms: Bounded<RoomRow>;
  /** The clients with the most unsent bytes. */
  readonly slow: Bounded<SlowRow>;
  readonly refusals: readonly RefusalRow[];
  /** The figures of the cluster's servers; `undefined` without a cluster. */
  readonly cluster: ClusterStats | undefined;
}

/** Looks once at each namespace, room and socket of this server. */
export async function takeSnapshot(io: Server, settings: Settings, refusals: readonly RefusalRow[]): Promise<Snapshot> {
  const cluster = await io.cluster?.stats();
  const { namespaces: _, ...stats } = io.stats();
  const { maxRows } = settings;
  const namespaces = new Largest<NamespaceRow>(maxRows, (row) => row.sockets);
  const rooms = new Largest<RoomRow>(maxRows, (row) => row.sockets);
  const slow = new Largest<SlowRow>(maxRows, (row) => row.bufferedBytes);
  for (const { name, adapter, sockets } of io._nsps.values()) {
    let count = 0;
    for (const [room, members] of adapter.rooms) {
      // Each socket is in a room of its own.
      if (members.size === 1 && members.has(room) && sockets.has(room)) continue;
      count++;
      rooms.add(members.size, () => ({ namespace: clipped(name), room: clipped(room), sockets: members.size }));
    }
    namespaces.add(sockets.size, () => ({ name: clipped(name), sockets: sockets.size, rooms: count }));
    for (const socket of sockets.values()) {
      const { bufferedBytes, transport } = socket.conn;
      if (bufferedBytes === 0) continue;
      slow.add(bufferedBytes, () => ({
        namespace: clipped(name),
        id: socket.id,
        user: userOf(settings, socket),
        transport: transport.name,
        bufferedBytes,
      }));
    }
  }
  return {
    time: Date.now(),
    stats,
    namespaces: namespaces.bounded,
    rooms: rooms.bounded,
    slow: slow.bounded,
    refusals,
    cluster,
  };
}

/** Keeps the largest rows of many. */
class Largest<Row> {
  #rows: Row[] = [];
  #total = 0;
  #least = -1;

  constructor(
    private readonly most: number,
    private readonly sizeOf: (row: Row) => number,
  ) {}

  /** Makes the row if it can be among the largest. */
  add(size: number, make: () => Row): void {
    this.#total++;
    if (size <= this.#least) return;
    this.#rows.push(make());
    // Sorted now and then, so that many rows cost little each.
    if (this.#rows.length >= this.most * 2) this.#shorten();
  }

  #shorten(): void {
    this.#rows = this.#rows.sort((a, b) => this.sizeOf(b) - this.sizeOf(a)).slice(0, this.most);
    const last = this.#rows[this.most - 1];
    if (last !== undefined) this.#least = this.sizeOf(last);
  }

  get bounded(): Bounded<Row> {
    this.#shorten();
    return { rows: this.#rows, total: this.#total };
  }
}
