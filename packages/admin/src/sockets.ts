import type { Hub, RemoteSocket, Server, Socket } from '@sio/core';
import { clipped, userOf } from './labels.js';
import type { Settings } from './settings.js';
import type { Bounded } from './snapshot.js';

/** A client in a namespace. */
export interface SocketRow {
  readonly namespace: string;
  readonly id: string;
  readonly user: string | undefined;
  /** IP address. */
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** The first ones. */
  readonly rooms: readonly string[];
  readonly roomCount: number;
  /** `undefined` for a socket of another server. */
  readonly generation: string | undefined;
  /** The same. */
  readonly transport: string | undefined;
}

/** The result of a search. */
export interface SearchResult extends Bounded<SocketRow> {
  /** Names of servers that did not answer. */
  readonly silent: readonly string[];
}

type AnySocket = Socket | RemoteSocket<never, unknown>;

const MAX_ROOMS = 10;
const MAX_DATA = 10_000;

/**
 * Finds sockets of this server with an id or user that contains a text, or in the room of this name. On other servers it finds sockets
 * with exactly this id, or in this room.
 */
export async function search(io: Server, settings: Settings, text: string): Promise<SearchResult> {
  const wanted = text.toLowerCase();
  const rows: SocketRow[] = [];
  let total = 0;
  const take = (namespace: string, socket: AnySocket) => {
    if (++total <= settings.maxRows) rows.push(rowOf(settings, namespace, socket));
  };
  for (const { name, sockets } of io._nsps.values()) {
    for (const socket of sockets.values()) {
      const fits =
        socket.id.toLowerCase().includes(wanted) ||
        socket.rooms.has(text) ||
        userOf(settings, socket)?.toLowerCase().includes(wanted);
      if (fits) take(name, socket);
    }
  }
  const silent = new Set<string>();
  if (io.cluster !== undefined) {
    for (const hub of largest(io, settings.maxRows)) {
      const found = await hub.in(text).fetchSockets({ partial: true });
      for (const name of found.silent) silent.add(name);
      for (const socket of found.sockets) if (!hub.sockets.has(socket.id)) take(hub.name, socket);
    }
  }
  return { rows, total, silent: [...silent] };
}

/** Clients can create many namespaces: the cluster is searched in those with the most sockets only. */
function largest(io: Server, most: number): Hub[] {
  return [...io._nsps.values()].sort((a, b) => b.sockets.size - a.sockets.size).slice(0, most);
}

function rowOf(settings: Settings, namespace: string, socket: AnySocket): SocketRow {
  const conn = 'conn' in socket ? socket.conn : undefined;
  const rooms = [...socket.rooms].filter((room) => room !== socket.id);
  return {
    namespace,
    id: socket.id,
    user: userOf(settings, socket),
    address: socket.handshake.address,
    since: socket.handshake.issued,
    rooms: rooms.slice(0, MAX_ROOMS).map(clipped),
    roomCount: rooms.length,
    generation: conn?.protocolVersion,
    transport: conn?.transport.name,
  };
}

/** The socket with this id on any server; `undefined` if there is none. It does not create a namespace. */
export async function find(io: Server, namespace: string, id: string): Promise<AnySocket | undefined> {
  const hub = io._nsps.get(namespace);
  const here = hub?.sockets.get(id);
  if (hub === undefined || here !== undefined || io.cluster === undefined) return here;
  const { sockets } = await hub.in(id).fetchSockets({ partial: true });
  // A room of another socket may have the name.
  return sockets.find((socket) => socket.id === id);
}

/** `socket.data` as text of bounded length. */
export function dataOf(socket: AnySocket): string {
  try {
    const text = JSON.stringify(socket.data, null, 2) ?? 'undefined';
    return text.length > MAX_DATA ? `${text.slice(0, MAX_DATA)}…` : text;
  } catch (error) {
    return `The data has no form in JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}
