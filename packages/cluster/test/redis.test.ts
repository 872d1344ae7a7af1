import type { ClusterEngine } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { Redis } from 'ioredis';
import { createClient, createSentinel } from 'redis';
import { createClient as createClient4 } from 'redis-4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { becomes, join, knows, next, startNode, tells, untilLast } from './support/nodes.js';
import { changed, type Refusal, startTls } from './support/refusals.js';
import { engineSuite } from './support/suite.js';

async function command(url: string, ...args: string[]): Promise<void> {
  const client = await createClient({ url }).connect();
  await client.sendCommand(args);
  client.destroy();
}

/** Users of Redis, beside the one without a password. */
function refusalsOf(engine: (url: string) => ClusterEngine): Refusal[] {
  const user = (url: string, username: string, password = 'right') => engine(changed(url, { username, password }));
  const may = ['on', 'resetpass', '>right', '~*', '&*', '+@all'];
  return [
    {
      title: 'a wrong password',
      async engine(url) {
        await command(url, 'ACL', 'SETUSER', 'app', ...may);
        return user(url, 'app', 'wrong');
      },
      says: /WRONGPASS/,
      heal: (url) => command(url, 'ACL', 'SETUSER', 'app', '>wrong'),
    },
    { title: 'an unknown user', engine: (url) => user(url, 'stranger'), says: /WRONGPASS/ },
    {
      title: 'a user who may not publish',
      async engine(url) {
        await command(url, 'ACL', 'SETUSER', 'reader', ...may, '-publish');
        return user(url, 'reader');
      },
      says: /NOPERM/,
      heal: (url) => command(url, 'ACL', 'SETUSER', 'reader', '+publish'),
    },
    {
      title: 'TLS that the server does not trust',
      engine: async (url) => engine(`rediss://localhost:${await startTls(url)}`),
      says: /self-signed certificate/,
    },
  ];
}

const byRedis = (url: string) => redis(createClient({ url }));
const byIoRedis = (url: string) => redis(new Redis(url, { lazyConnect: true }));
const wrongDatabase: Refusal = {
  title: 'an unknown database',
  engine: (url) => byRedis(`${url}/77`),
  says: /DB index is out of range/,
};

engineSuite(
  'a cluster on Redis, with the package redis',
  'redis',
  byRedis,
  [...refusalsOf(byRedis), wrongDatabase],
  (broker) => {
    it('tells that Redis is full, keeps serving clients of the same server, and goes on when there is room', async () => {
      const { url } = broker();
      const prefix = 'full';
      const settings = { connectionStateRecovery: true };
      const a = await startNode(byRedis(url), { prefix }, settings);
      const b = await startNode(byRedis(url), { prefix }, settings);
      await Promise.all([knows(a, 1), knows(b, 1)]);
      const [here, there] = [await join(a), await join(b)];
      await a.cluster.stored();
      await command(url, 'CONFIG', 'SET', 'maxmemory', '1');
      const [full, degraded, heard] = [tells(a.cluster, /OOM/), becomes(a.cluster, 'degraded'), next(here, 'news')];
      a.io.emit('news', 1);
      expect((await heard)[0]).toBe(1);
      await Promise.all([full, degraded]);
      expect(String(a.cluster.reason)).toMatch(/OOM/);
      await expect(a.cluster.stored()).rejects.toThrow('does not keep all events');
      expect(a.cluster.counters.lost).toBe(1);
      await command(url, 'CONFIG', 'SET', 'maxmemory', '0');
      await becomes(a.cluster, 'up');
      expect(a.cluster.reason).toBeUndefined();
      const again = next(there, 'again');
      a.io.emit('again', 2);
      expect((await again)[0]).toBe(2);
      await a.cluster.stored();
    });
  },
);
engineSuite('a cluster on Redis, with the package ioredis', 'redis', byIoRedis, refusalsOf(byIoRedis));

/** Settings of the application's client that the engine's copies must not stumble over. */
const SETTINGS: Readonly<Record<string, (url: string) => ClusterEngine>> = {
  RESP3: (url) => redis(createClient({ url, RESP: 3 })),
  'a type mapping': (url) => redis(createClient({ url, commandOptions: { typeMapping: { 36: Buffer } } })),
  'legacyMode of version 4': (url) => redis(createClient4({ url, legacyMode: true })),
  'disableOfflineQueue of version 4': (url) => redis(createClient4({ url, disableOfflineQueue: true })),
  'automatic pipelines of ioredis': (url) => redis(new Redis(url, { lazyConnect: true, enableAutoPipelining: true })),
  'a key prefix of ioredis': (url) => redis(new Redis(url, { lazyConnect: true, keyPrefix: 'app:' })),
};

describe.skipIf(!hasBroker('redis'))('a client with', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker('redis');
  });
  afterAll(() => broker?.close());

  it.each(Object.entries(SETTINGS))('%s carries and keeps events in their order', async (name, engineFor) => {
    const keeping = { connectionStateRecovery: true, history: { rooms: 'tea' } };
    const start = () => startNode(engineFor(broker.url), { prefix: name }, keeping);
    const [a, b] = [await start(), await start()];
    await Promise.all([knows(a, 1), knows(b, 1), a.cluster.stored(), b.cluster.stored()]);
    const peer = await join(b, 'tea');
    const heard = untilLast(peer, 'news');
    const targets = [a.io, a.io.to('tea'), a.io.volatile];
    for (let n = 0; n < 60; n++) targets[n % 3]?.emit('news', n);
    a.io.emit('last');
    expect(await heard).toEqual(Array.from({ length: 60 }, (_, n) => n));
    await Promise.all([a.cluster.stored(), b.cluster.stored()]);
    const { events } = await b.io.history('tea');
    expect(events.map(({ args: [n] }) => n)).toEqual(Array.from({ length: 20 }, (_, n) => 3 * n + 1));
    if (!name.includes('prefix')) return;
    const client = await createClient({ url: broker.url }).connect();
    const keys = await client.keys(`*${name}:*`);
    client.destroy();
    expect(keys.length).toBeGreaterThan(3);
    for (const key of keys) expect(key).toMatch(/^app:/);
  });
});

describe('redis()', () => {
  it('refuses a client of another package', () => {
    expect(() => redis({} as never)).toThrow('the client must be of the package redis or ioredis');
    expect(() => redis((() => ({})) as never)).toThrow('the client must be of the package redis or ioredis');
  });

  it('says that a client of createSentinel() comes by a function', () => {
    const make = () => createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] });
    expect(() => redis(make() as never)).toThrow('pass a function: redis(() => createSentinel(…))');
    expect(redis(make).name).toBe('redis');
  });
});
