/**
 * Redis as the broker of a cluster, with the packages `redis` (4 and later) or `ioredis` (5 and later): one Redis, a Redis Cluster, or a
 * master that sentinels watch.
 *
 * @module
 */
import { inspect } from 'node:util';
import type { ClusterEngine } from './engine/engine.js';
import {
  isIoRedis,
  isIoRedisCluster,
  isNodeRedis,
  isNodeRedisCluster,
  isNodeRedisSentinel,
  type NodeRedisSentinel,
} from './engine/redis/clients.js';
import { RoutedLink } from './engine/redis/routed-link.js';
import { IoRedisClusterRoute, NodeRedisClusterRoute, type Route, SentinelRoute } from './engine/redis/routes.js';
import { openIoRedis, openNodeRedis } from './engine/redis/single.js';
import { refusals } from './engine/refusals.js';

/** A client of the package `redis` or `ioredis`. The engine duplicates it and never uses its connection. */
export interface RedisClient {
  /** Returns a client with the same settings. */
  duplicate(...args: never[]): unknown;
}

/** A client that `createSentinel()` of the package `redis` returns. It cannot be duplicated. */
export interface RedisSentinelClient {
  /** Returns a connection to the master. */
  acquire(): Promise<unknown>;
}

/** Wrong credentials, commands or channels that the user may not use, an unknown database, a single Redis in place of a cluster. */
const isRefusal = refusals(
  /: (WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR DB index|ERR This instance has cluster support disabled)/,
);

/**
 * Uses Redis as the broker: `cluster(redis(client))`. The engine duplicates the client, to publish and to subscribe, and connects the
 * copies itself; the client need not be connected.
 *
 * @param client a client of `redis` or `ioredis`: of one Redis, of a Redis Cluster (`createCluster()`, `new Redis.Cluster()`), or of `ioredis` with
 * sentinels. A client of `createSentinel()` cannot be duplicated: pass a function that returns a new one.
 * @throws TypeError for anything else.
 */
export function redis(client: RedisClient | (() => RedisSentinelClient)): ClusterEngine {
  return { name: 'redis', isRefusal, open: openerOf(client) };
}

function openerOf(client: unknown): ClusterEngine['open'] {
  if (typeof client === 'function') return routed(new SentinelRoute(sentinelsOf(client as () => unknown)), false);
  if (isNodeRedisCluster(client)) return routed(new NodeRedisClusterRoute(client), true);
  if (isIoRedisCluster(client)) return routed(new IoRedisClusterRoute(client), true);
  if (isIoRedis(client)) return (events) => openIoRedis(client, events);
  if (isNodeRedis(client)) return (events) => openNodeRedis(client, events);
  if (isNodeRedisSentinel(client)) {
    throw new TypeError(
      'redis(client): a client of createSentinel() cannot be duplicated; pass a function: redis(() => createSentinel(…))',
    );
  }
  throw unknownClient(client);
}

function routed(route: Route, isCluster: boolean): ClusterEngine['open'] {
  return (events, prefix = '') => new RoutedLink(route, prefix, isCluster, events);
}

function sentinelsOf(make: () => unknown): () => NodeRedisSentinel {
  const checked = () => {
    const client = make();
    if (!isNodeRedisSentinel(client)) throw unknownClient(client);
    return client;
  };
  // A client that is not connected needs no end.
  checked();
  return checked;
}

function unknownClient(client: unknown): TypeError {
  const given = inspect(client, { depth: -1 });
  return new TypeError(`redis(client): the client must be of the package redis or ioredis, not ${given}`);
}
