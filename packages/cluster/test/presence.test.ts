import { once } from 'node:events';
import { presence } from '@sio/cluster/presence';
import { redis } from '@sio/cluster/redis';
import { Server } from '@sio/core';
import { Child } from '@sio/test-kit';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { createClient } from 'redis';
import { io as connectTo } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startNode } from './support/nodes.js';

async function arrive(url: string, user: string) {
  const socket = connectTo(url, { forceNew: true, transports: ['websocket'], query: { user }, auth: { user } });
  onTestFinished(() => void socket.disconnect());
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return socket;
}

describe.skipIf(!hasBroker('redis'))('presence', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker('redis');
  });
  afterAll(() => broker?.close());

  async function startThree(prefix: string) {
    const nodes = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const program = new URL('./support/node-process.mjs', import.meta.url);
        const child = new Child(program, [broker.url, name, prefix]);
        const [{ port }] = (await once(child.process, 'message')) as [{ port: number }];
        return { child, url: `http://127.0.0.1:${port}` };
      }),
    );
    for (const { child } of nodes) await child.call('joined', 2);
    return nodes;
  }

  it('keeps a user with a tab on each of three servers when one is killed, and reports one leave with the last tab', async () => {
    const nodes = await startThree('presence');
    const [a, b, c] = nodes as [(typeof nodes)[0], (typeof nodes)[0], (typeof nodes)[0]];
    const tabs = [await arrive(a.url, 'ann'), await arrive(b.url, 'ann'), await arrive(c.url, 'ann')];
    await arrive(a.url, 'bob');
    for (const { child } of nodes) {
      await child.call('hears', 'join ann');
      await child.call('hears', 'join bob');
    }
    const leading = await Promise.all(nodes.map(({ child }) => child.call<boolean>('leads')));
    expect(leading.filter(Boolean)).toHaveLength(1);

    c.child.process.kill('SIGKILL');
    for (const { child } of [a, b]) await child.call('left', 1);
    tabs[0]?.disconnect();
    tabs[1]?.disconnect();
    for (const { child } of [a, b]) {
      await child.call('hears', 'leave ann');
      expect((await child.call<string[]>('told')).sort()).toEqual(['join ann', 'join bob', 'leave ann']);
    }
  }, 60_000);

  it('tells a server that starts later which users are online', async () => {
    const nodes = await startThree('late');
    await arrive(nodes[0]!.url, 'ann');
    const node = await startNode(redis(createClient({ url: broker.url })), { prefix: 'late' });
    const { io } = node;
    const told: string[] = [];
    const console = { log: (text: string) => void told.push(text) };

    const people = presence(io.of('/'), { user: (socket) => socket.handshake.auth.user });
    people.on('join', (user) => console.log(`${user} is here`));
    people.on('leave', (user) => console.log(`${user} has gone`));

    if (!people.has('ann')) await once(people, 'join');
    expect(people.users).toEqual(['ann']);
    await arrive(node.url, 'cid');
    expect(told).toEqual(['ann is here', 'cid is here']);
  }, 60_000);

  it('refuses another adapter, and names the one that it needs', () => {
    const io = new Server();
    expect(() => presence(io.of('/'), { user: () => 'ann' })).toThrow('the server has another adapter');
  });
});
