import type { ClusterEngine } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';
import { becomes, join, knows, next, startNode, tells } from './support/nodes.js';
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

describe('redis()', () => {
  it('refuses a client of another package', () => {
    expect(() => redis({} as never)).toThrow('the client must be of the package redis or ioredis');
  });
});
