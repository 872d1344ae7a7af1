import { PROTOCOL_VERSIONS } from '../../dialect/protocol-versions.js';
import type { ProtocolVersion } from '../../virtual-socket/dialect.js';
import type { Engine } from '../../virtual-socket/engine.js';

/** Counts of connections, by client and transport. */
export interface ConnectionStats {
  /** All of them. */
  readonly total: number;
  /** Connections by protocol version and transport. Counts of 0 are left out. */
  readonly generations: Readonly<Record<ProtocolVersion, Readonly<Record<string, number>>>>;
}

/** Counts the connections of a server that is attached or mounted. */
export function takeConnectionStats(engine: Engine | undefined): ConnectionStats {
  const generations = Object.fromEntries(
    PROTOCOL_VERSIONS.map((generation) => [generation, Object.create(null) as Record<string, number>]),
  ) as Record<ProtocolVersion, Record<string, number>>;
  let total = 0;
  for (const { readyState, dialect, transport } of engine?.connections.values() ?? []) {
    if (readyState === 'closed') continue;
    const counts = generations[dialect.protocolVersion];
    counts[transport.name] = (counts[transport.name] ?? 0) + 1;
    total++;
  }
  return { total, generations };
}
