/**
 * Connects several Socket.IO servers over a broker, so that they act as one.
 *
 * @module
 */
import type { AdapterHub } from '@sio/core/adapter';
import { ClusterAdapter } from './adapter.js';
import type { ClusterEngine } from './engine/engine.js';
import { AlongsideAdapter } from './migration/alongside-adapter.js';
import { Cluster } from './node/cluster.js';
import { type ClusterOptions, settingsOf } from './options.js';
import { RecoveringClusterAdapter } from './recovery/recovering-adapter.js';

export type { ClusterNode, ClusterState, ClusterStats, NodeStats, PeerTls } from '@sio/core/adapter';
export { ClusterAdapter } from './adapter.js';
export { type Emitter, type EmitterOptions, emitter } from './emitter.js';
export type { ClusterEngine, EngineEvents, EngineLink } from './engine/engine.js';
export type {
  EngineHistories,
  EngineLog,
  HistoryEntry,
  HistorySnapshot,
  HistoryTarget,
  LogEntry,
  LogPart,
  Retention,
} from './engine/log.js';
export type { AlongsideFactory } from './migration/contracts.js';
export { Cluster, type ClusterCounters } from './node/cluster.js';
export { SilentNodesError } from './node/questions.js';
export type { ClusterOptions } from './options.js';

/** Creates the adapter of a namespace: a value for the option `adapter` of a server. */
export type ClusterAdapterFactory = (hub: AdapterHub) => ClusterAdapter;

/**
 * Joins this server to all servers with the same engine and prefix: `new Server({ adapter: cluster(redis(client)) })`.
 *
 * @param engine the broker, such as `redis(client)` of `@sio/cluster/redis`.
 * @throws RangeError for an invalid option.
 */
export function cluster(engine: ClusterEngine, options: ClusterOptions = {}): ClusterAdapterFactory {
  const settings = settingsOf(options);
  const clusters = new WeakMap<object, Cluster>();
  return (hub) => {
    const { recovery, histories } = hub.server;
    if (settings.alongside !== undefined && (recovery !== undefined || histories !== undefined)) {
      throw new TypeError(
        'option alongside: history and connectionStateRecovery do not work beside it; set them after the move',
      );
    }
    let own = clusters.get(hub.server);
    if (own === undefined || own.closed) {
      own = new Cluster(hub.server, engine, settings);
      clusters.set(hub.server, own);
    }
    if (histories !== undefined && own.log?.histories === undefined) {
      own.closeUnused().catch(() => {});
      throw new TypeError(`option history: ${engine.name} keeps no histories of rooms; use Redis, Postgres or NATS`);
    }
    if (settings.alongside !== undefined) return new AlongsideAdapter(hub, own, settings.alongside);
    if (recovery === undefined) return new ClusterAdapter(hub, own);
    const { log } = own;
    if (log === undefined) {
      own.closeUnused().catch(() => {});
      throw new TypeError(
        `option connectionStateRecovery: ${engine.name} keeps no events; use Redis, Postgres or NATS`,
      );
    }
    return new RecoveringClusterAdapter(hub, own, log, recovery);
  };
}
