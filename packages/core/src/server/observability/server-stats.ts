import type { Engine } from '../../virtual-socket/engine.js';
import type { FlowCounters } from '../../virtual-socket/engine-context.js';
import type { TrafficStats } from '../../virtual-socket/traffic.js';
import { type ConnectionStats, takeConnectionStats } from './connection-stats.js';

/** The sockets of one namespace. */
export interface NamespaceStats {
  /** The name of the namespace. */
  readonly name: string;
  /** Counts of the sockets by protocol version and transport. Counts of 0 are left out. */
  readonly sockets: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Current figures of a server, without data of clients. */
export interface ServerStats {
  /** Counts of the connections by protocol version and transport. */
  readonly connections: ConnectionStats;
  /** Connections that have not joined a namespace. */
  readonly unjoined: number;
  /** Connections that were closed in favour of others before they joined a namespace, since the server's start. */
  readonly evicted: number;
  /** The namespaces that exist, with counts of their sockets. */
  readonly namespaces: readonly NamespaceStats[];
  /** Bytes that wait for clients, in all connections. */
  readonly bufferedBytes: number;
  /** Bytes that wait for the slowest client. */
  readonly maxBufferedBytes: number;
  /**
   * Bytes since the server began, by protocol version and transport: of WebSockets everything on their connections, without TLS;
   * of WebTransport its stream; of other transports the bodies of requests and answers. WebSockets over HTTP/2 are not counted.
   */
  readonly traffic: TrafficStats;
  /** The longest time (ms) since a client answered a heartbeat. */
  readonly maxHeartbeatAge: number;
  /** Events that were dropped or replaced, and slow clients that were disconnected, since the server's start. */
  readonly flow: Readonly<FlowCounters>;
  /** The longest delay (ms) of the event loop in the last minute; 0 without a connection. */
  readonly eventLoopLag: number;
}

interface CountedSocket {
  readonly conn: { readonly protocolVersion: string; readonly transport: { readonly name: string } };
}

interface CountedNamespace {
  readonly name: string;
  readonly sockets: ReadonlyMap<string, CountedSocket>;
}

/** Looks once at each connection and at each socket. */
export function takeServerStats(engine: Engine | undefined, namespaces: Iterable<CountedNamespace>): ServerStats {
  let [bufferedBytes, maxBufferedBytes, maxHeartbeatAge] = [0, 0, 0];
  for (const conn of engine?.connections.values() ?? []) {
    if (conn.readyState === 'closed') continue;
    bufferedBytes += conn.bufferedBytes;
    maxBufferedBytes = Math.max(maxBufferedBytes, conn.bufferedBytes);
    maxHeartbeatAge = Math.max(maxHeartbeatAge, conn.lastPongAge);
  }
  return {
    connections: takeConnectionStats(engine),
    unjoined: engine?.unjoined ?? 0,
    evicted: engine?.unjoinedConnections.evicted ?? 0,
    namespaces: Array.from(namespaces, statsOf),
    bufferedBytes,
    maxBufferedBytes,
    traffic: engine?.traffic.stats(engine.connections.values()) ?? {},
    maxHeartbeatAge,
    flow: { dropped: 0, replaced: 0, skipped: 0, slowConsumers: 0, ...engine?.flow },
    eventLoopLag: engine?.loopLag.worst ?? 0,
  };
}

function statsOf({ name, sockets }: CountedNamespace): NamespaceStats {
  const counts: Record<string, Record<string, number>> = {};
  for (const { conn } of sockets.values()) {
    counts[conn.protocolVersion] ??= {};
    const transports = counts[conn.protocolVersion]!;
    transports[conn.transport.name] = (transports[conn.transport.name] ?? 0) + 1;
  }
  return { name, sockets: counts };
}
