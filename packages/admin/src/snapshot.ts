import type { ClusterStats, Server, ServerStats } from '@sio/core';
import { clipped, userOf } from './labels.js';
import type { Settings } from './settings.js';

/** A namespace with its clients. */
export interface NamespaceRow {
  readonly name: string;
  readonly sockets: number;
  /** Rooms, those apart that each socket has for itself. */
  readonly rooms: number;
}

/** A room with its clients. */
export interface RoomRow {
  readonly namespace: string;
  readonly room: string;
  readonly sockets: number;
}

/** A client that does not read what waits for it. */
export interface SlowRow {
  readonly namespace: string;
  readonly id: string;
  readonly user: string | undefined;
  readonly transport: string;
  readonly bufferedBytes: number;
}

/** Refusals of one kind since the handlers were made. */
export interface RefusalRow {
  readonly type: string;
  readonly code: string;
  readonly count: number;
}

/** A list whose length is bounded. */
export interface Bounded<Row> {
  readonly rows: readonly Row[];
  /** Of all, those that are left out included. */
  readonly total: number;
}

/** Figures of a server at one moment, as the page draws them. */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** As `io.stats()` gives them, namespaces apart. */
  readonly stats: Omit<ServerStats, 'namespaces'>;
  /** Those with the most sockets. */
  readonly namespaces: Bounded<NamespaceRow>;
  /** The same. */
  readonly rooms: Bounded<RoomRow>;
  /** Those for which the most bytes wait. */
  readonly slow: Bounded<SlowRow>;
  readonly refusals: readonly RefusalRow[];
  /** `undefined` without a cluster. */
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
