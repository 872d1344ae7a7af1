import { redis } from '@sio/cluster/redis';
import { hasBroker, startBroker } from '@sio/test-kit/brokers';
import { createClient } from 'redis';
import { expect, it, onTestFinished } from 'vitest';
import type { ClusterEngine, EngineLink } from '../src/engine/engine.js';
import { Subscriptions } from '../src/node/subscriptions.js';
import { becomes, join, knows, next, startNode } from './support/nodes.js';

const TIMEOUT = 2000;

/** One subscription that the broker has confirmed, and whose canary was sent at 0 ms. */
async function subscribed() {
  const calls: string[] = [];
  const link: Pick<EngineLink, 'subscribe' | 'unsubscribe'> = {
    subscribe: async () => void calls.push('subscribe'),
    unsubscribe: async () => void calls.push('unsubscribe'),
  };
  const subscriptions = new Subscriptions(
    () => link as EngineLink,
    () => {},
  );
  subscriptions.acquire('room');
  await subscriptions.confirmed('room');
  const sendCanary = (now: number) => expect(subscriptions.nextProofs(now)).toEqual(['room']);
  sendCanary(0);
  /** A tick of the server at which canaries are examined. */
  const examine = async (now: number) => {
    subscriptions.renewUnproven(now - TIMEOUT);
    await subscriptions.confirmed('room');
    return calls.splice(0);
  };
  calls.length = 0;
  return { subscriptions, sendCanary, examine };
}

it('a subscription whose canary is late stays, so that no message is lost, and is made again beside it', async () => {
  const { subscriptions, examine } = await subscribed();
  expect(await examine(TIMEOUT - 1)).toEqual([]);
  expect(await examine(TIMEOUT + 1)).toEqual(['subscribe']);
  expect(subscriptions.broken).toBe(1);
  subscriptions.proven('room');
  expect(subscriptions.broken).toBe(0);
});

it('a subscription whose second canary in a row is lost is ended and made again', async () => {
  const { sendCanary, examine } = await subscribed();
  await examine(TIMEOUT + 1);
  sendCanary(3 * TIMEOUT);
  expect(await examine(4 * TIMEOUT + 1)).toEqual(['unsubscribe', 'subscribe']);
});

it('a subscription is not blamed for the time in which its server stood still', async () => {
  const { subscriptions, examine } = await subscribed();
  subscriptions.excuse(3 * TIMEOUT);
  expect(await examine(3 * TIMEOUT)).toEqual([]);
  expect(await examine(4 * TIMEOUT + 1)).toEqual(['subscribe']);
});

it('rooms that come and go while the broker is away do not pile up, and those that stay are subscribed to', async () => {
  const calls: string[] = [];
  const link: Pick<EngineLink, 'subscribe' | 'unsubscribe'> = {
    subscribe: async (topic) => void calls.push(`+${topic}`),
    unsubscribe: async (topic) => void calls.push(`-${topic}`),
  };
  const subscriptions = new Subscriptions(
    () => link as EngineLink,
    () => {},
  );
  subscriptions.brokerAway();
  const topics = Array.from({ length: 5000 }, (_, n) => `room ${n}`);
  for (const topic of topics) subscriptions.acquire(topic);
  subscriptions.acquire('room that stays');
  for (const topic of topics) subscriptions.release(topic);
  subscriptions.sweep();
  subscriptions.sweep();
  expect(subscriptions.size).toBe(1);
  expect(calls).toHaveLength(2000);
  const underWay = subscriptions.brokerBack();
  expect(underWay).toBeDefined();
  expect(calls.at(-1)).toBe('+room that stays');
  await underWay;
  expect(subscriptions.brokerBack()).toBeUndefined();
});

/** Has Redis lose the first subscription to a topic. */
function losing(topic: string, { open, ...engine }: ClusterEngine): ClusterEngine {
  let isLost = false;
  return {
    ...engine,
    open(events) {
      const link = open(events);
      const subscribe = async (name: string) => {
        await link.subscribe(name);
        if (!name.endsWith(topic) || isLost) return;
        isLost = true;
        await link.unsubscribe(name);
      };
      return { ...link, subscribe };
    },
  };
}

it.skipIf(!hasBroker('redis'))('a subscription that the broker has lost is reported, and made again', async () => {
  const broker = await startBroker('redis');
  onTestFinished(() => broker.close());
  const engine = () => redis(createClient({ url: broker.url }));
  const a = await startNode(losing(':lost room', engine()), { canaryInterval: 100, canaryTimeout: 300 });
  const b = await startNode(engine());
  await Promise.all([knows(a, 1), knows(b, 1)]);
  const degraded = becomes(a.cluster, 'degraded');
  const client = await join(a, 'lost room');
  await degraded;
  await becomes(a.cluster, 'up');
  const heard = next(client, 'news');
  b.io.to('lost room').emit('news', 1);
  expect(await heard).toEqual([1]);
});
