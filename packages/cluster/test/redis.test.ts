import { redis } from '@sio/cluster/redis';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';
import { engineSuite } from './support/suite.js';

engineSuite('a cluster on Redis, with the package redis', 'redis', (url) => redis(createClient({ url })));
engineSuite('a cluster on Redis, with the package ioredis', 'redis', (url) =>
  redis(new Redis(url, { lazyConnect: true })),
);

describe('redis()', () => {
  it('refuses a client of another package', () => {
    expect(() => redis({} as never)).toThrow('a client of the package redis or ioredis is expected');
  });
});
