import type { Transport, TransportBytes } from '../transport/transport.js';

/** Bytes by transport, for each protocol version; what has carried none is left out. */
export type TrafficStats = Readonly<Record<string, Readonly<Record<string, TransportBytes>>>>;

/** A connection that has a transport now. */
export interface CarriedConnection {
  readonly readyState: string;
  readonly protocolVersion: string;
  readonly transport: Transport;
}

/**
 * The bytes of all connections of a server. Transports count their own, most of them by what their sockets count anyway; here is the sum of
 * those that are no longer in use.
 */
export class Traffic {
  readonly #past: Counts = Object.create(null);

  /** Takes over the figures of a transport that no connection uses any more. */
  keep(protocolVersion: string, { name, traffic }: Pick<Transport, 'name' | 'traffic'>): void {
    add(this.#past, protocolVersion, name, traffic);
  }

  /** Those of the past, and those of the given connections. */
  stats(connections: Iterable<CarriedConnection>): TrafficStats {
    const counts: Counts = Object.create(null);
    for (const [protocolVersion, transports] of Object.entries(this.#past)) {
      for (const [name, bytes] of Object.entries(transports)) add(counts, protocolVersion, name, bytes);
    }
    for (const { readyState, protocolVersion, transport } of connections) {
      if (readyState !== 'closed') add(counts, protocolVersion, transport.name, transport.traffic);
    }
    return counts;
  }
}

type Counts = Record<string, Record<string, { received: number; sent: number }>>;

function add(counts: Counts, protocolVersion: string, transport: string, { received, sent }: TransportBytes): void {
  if (received === 0 && sent === 0) return;
  counts[protocolVersion] ??= Object.create(null) as Counts[string];
  counts[protocolVersion][transport] ??= { received: 0, sent: 0 };
  const bytes = counts[protocolVersion][transport];
  bytes.received += received;
  bytes.sent += sent;
}
