import type { ClusterEngine } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import type { Socket } from '@sio/core';
import { hasBroker } from '@sio/test-kit/brokers';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { createCluster as createCluster4 } from 'redis-4';
import { io as connectTo } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startBalancer } from './support/balancer.js';
import { becomes, join, knows, next, startNode, untilLast } from './support/nodes.js';
import { type RedisCluster, startRedisCluster } from './support/redis-cluster.js';
import { engineSuite } from './support/suite.js';

const isFull = process.env.SIO_CLUSTER === 'full';

/** Each client of a Redis Cluster, the current one first. */
const CLIENTS: Readonly<Record<string, (url: string) => ClusterEngine>> = {
  'the package redis': (url) => redis(createCluster({ rootNodes: [{ url }] })),
  'the package redis 4': (url) => redis(createCluster4({ rootNodes: [{ url }] })),
  'the package ioredis': (url) => redis(new Cluster([url], { lazyConnect: true })),
};
/** A busy machine is no broker that is away. */
const PATIENT = { requestTimeout: 30_000, canaryTimeout: 30_000, silentAfter: 30_000, goneAfter: 60_000 };
const KEEPING = { connectionStateRecovery: true, history: { rooms: 'tea' } } as const;

const TRIED = Object.entries(CLIENTS).slice(0, isFull ? undefined : 1);

let shared: Promise<RedisCluster> | undefined;
afterAll(async () => (await shared)?.close());

/** One for all tests. */
async function started(): Promise<RedisCluster> {
  shared ??= startRedisCluster(1);
  return { ...(await shared), close: async () => {} };
}

for (const [client, engineFor] of TRIED) {
  engineSuite(`a cluster on a Redis Cluster, with ${client}`, 'redis', engineFor, [], undefined, started);
}

let names = 0;

describe.skipIf(!hasBroker('redis'))('servers on a Redis Cluster with replicas', () => {
  let broker: RedisCluster;
  beforeAll(async () => {
    broker = await started();
    await broker.restart();
  }, 60_000);

  /** Two servers that keep events, and a key beside theirs. */
  async function startPair(engineFor: (url: string) => ClusterEngine) {
    const prefix = `routed ${++names}`;
    const options = { prefix, ...PATIENT };
    const start = () => startNode(engineFor(broker.url), options, KEEPING);
    const [a, b] = [await start(), await start()];
    await Promise.all([knows(a, 1), knows(b, 1), a.cluster.stored(), b.cluster.stored()]);
    return { a, b, key: `{${prefix}}` };
  }

  for (const [client, engineFor] of TRIED) {
    it(`lose no event and keep the order while their keys move to another node: ${client}`, async () => {
      const { a, b, key } = await startPair(engineFor);
      const peer = await join(b, 'tea');
      const heard = untilLast(peer, 'news');
      let sent = 0;
      const send = async (count: number) => {
        for (let n = 0; n < count; n++) {
          const target = sent % 2 === 0 ? a.io : a.io.to('tea');
          target.emit('news', sent++);
          if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await send(20);
      const from = await broker.masterOf(key);
      const to = (await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => broker.masterOf(name)))).find(
        ({ port }) => port !== from.port,
      ) as RedisCluster['nodes'][number];
      // Keys are on both nodes: commands are refused until the rest has moved.
      await broker.moveSlot(key, to, () => send(50));
      await send(50);
      a.io.emit('last');
      expect(await heard).toEqual(Array.from({ length: sent }, (_, n) => n));
      await a.cluster.stored();
      const { events } = await b.io.history('tea', { rewind: 100 });
      expect(events.map(({ args: [n] }) => n)).toEqual(Array.from({ length: sent / 2 }, (_, n) => 2 * n + 1));
      expect(a.cluster.state).toBe('up');
      await join(a, 'tea');
      expect(await b.io.in('tea').fetchSockets()).toHaveLength(2);
    }, 60_000);

    it(`deliver again, and tell clients of a gap, when the node of their keys is killed: ${client}`, async () => {
      const { a, b, key } = await startPair(engineFor);
      const balancer = await startBalancer([a.url, b.url]);
      const peer = connectTo(balancer.url, { forceNew: true, transports: ['websocket'], reconnectionDelay: 10 });
      onTestFinished(() => void peer.disconnect());
      await next(peer, 'connect');
      const first = next(peer, 'news');
      b.io.emit('news', 'first');
      await first;
      const stays = await join(b, 'tea');
      balancer.close();
      balancer.cut();
      await next(peer, 'disconnect');
      a.io.emit('news', 'missed');
      await a.cluster.stored();
      const down = [becomes(a.cluster, 'down'), becomes(b.cluster, 'down')];
      await broker.failOver(key);
      await Promise.all(down);
      await Promise.all([becomes(a.cluster, 'up'), becomes(b.cluster, 'up')]);
      const again = next(stays, 'again');
      a.io.to('tea').emit('again');
      await again;
      const arrived = next(b.io as never, 'connection');
      balancer.open(1);
      const [socket] = (await arrived) as [Socket];
      expect(socket.recovered).toBe(false);
      expect(['lost_history', 'unknown_session']).toContain(socket.recoveryGap);
      if (isFull) await broker.restart();
    }, 60_000);
  }
});
