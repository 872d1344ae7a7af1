import type { IncomingMessage } from 'node:http';
import { redis } from '@sio/cluster/redis';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { createClient } from 'redis';
import { io as connectTo } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startBalancer } from './support/balancer.js';
import { becomes, knows, type Node, startNode, startNodes } from './support/nodes.js';

const sessionId = ({ headers }: IncomingMessage) => headers['x-login'] as string | undefined;

/** A client of a login session; resolves when it is in. */
async function logIn({ url }: Node, session: string) {
  const socket = connectTo(url, { forceNew: true, transports: ['websocket'], extraHeaders: { 'x-login': session } });
  onTestFinished(() => void socket.disconnect());
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return socket;
}

describe.skipIf(!hasBroker('redis'))('a cluster', () => {
  let broker: Broker;
  const engine = () => redis(createClient({ url: broker.url }));
  beforeAll(async () => {
    broker = await startBroker('redis');
  });
  afterAll(() => broker?.close());

  it('ends a login session on every server, also on one that was unreachable at the time of the call', async () => {
    const options = { prefix: 'sessions' };
    const a = await startNode(engine(), options, { sessionId });
    const b = await startNode(engine(), options, { sessionId });
    await Promise.all([knows(a, 1), knows(b, 1)]);
    const [ann, bob] = [await logIn(b, 'ann'), await logIn(b, 'bob')];
    const gone = new Promise((resolve) => ann.once('disconnect', resolve));
    const down = [becomes(a.cluster, 'down'), becomes(b.cluster, 'down')];
    broker.freeze();
    await Promise.all(down);
    expect(a.io.endSession('ann')).toBe(0);
    broker.thaw();
    expect(await gone).toBe('io server disconnect');
    expect(bob.connected).toBe(true);
  });

  it('ends a login session on every server when the server of the call was cut off, and reaches the others again', async () => {
    const options = { prefix: 'sessions cut off' };
    const link = await startBalancer([broker.url]);
    const a = await startNode(redis(createClient({ url: link.url.replace('http', 'redis') })), options, { sessionId });
    const b = await startNode(engine(), options, { sessionId });
    await Promise.all([knows(a, 1), knows(b, 1)]);
    const [ann, bob] = [await logIn(b, 'ann'), await logIn(b, 'bob')];
    const gone = new Promise((resolve) => ann.once('disconnect', resolve));
    const down = becomes(a.cluster, 'down');
    link.close();
    link.cut();
    await down;
    expect(a.io.endSession('ann')).toBe(0);
    link.open(0);
    expect(await gone).toBe('io server disconnect');
    expect(bob.connected).toBe(true);
  });

  it('reports the figures of all its servers', async () => {
    const [a, b] = (await startNodes(2, engine)) as [Node, Node];
    await logIn(b, 'ann');
    const { nodes, silent } = (await a.io.cluster?.stats()) ?? { nodes: [], silent: ['all'] };
    expect(silent).toEqual([]);
    expect(nodes).toMatchObject([
      { name: a.cluster.name, state: 'up', connections: 0, sockets: 0, lost: 0 },
      { name: b.cluster.name, state: 'up', connections: 1, sockets: 1, lost: 0 },
    ]);
  });
});
