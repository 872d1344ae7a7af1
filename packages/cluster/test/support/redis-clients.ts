import type { ClusterEngine } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { createClient as createClient4 } from 'redis-4';

/** Redis as the broker, by one of the clients that the engine takes. */
interface RedisClientCase {
  readonly title: string;
  engine(url: string): ClusterEngine;
  /** It differs from the first one in its client alone. */
  readonly isClient?: boolean;
}

/** Each client of Redis, the current one first. */
export const REDIS_CLIENTS: readonly RedisClientCase[] = [
  { title: 'Redis', engine: (url) => redis(createClient({ url })) },
  { title: 'Redis, by the package redis 4', engine: (url) => redis(createClient4({ url })), isClient: true },
  {
    title: 'Redis, by the package ioredis',
    engine: (url) => redis(new Redis(url, { lazyConnect: true })),
    isClient: true,
  },
];
