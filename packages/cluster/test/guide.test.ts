import { createServer } from 'node:http';
import { cluster, emitter } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { Server } from '@sio/core';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { Redis } from 'ioredis';
import { createClient, createCluster, createSentinel } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

describe.skipIf(!hasBroker('redis'))('the guide', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker('redis');
    process.env.REDIS_URL = broker.url;
  });
  afterAll(async () => {
    delete process.env.REDIS_URL;
    await broker?.close();
  });

  it('makes servers one, reports their state, and emits from a process without a server', async () => {
    const httpServer = createServer();
    const client = createClient({ url: process.env.REDIS_URL as string });
    const io = new Server(httpServer, { adapter: cluster(redis(client)) });
    onTestFinished(() => io.close());
    const states: string[] = [];
    const print = (text: string) => void states.push(text);

    io.cluster?.on('state', (state) => print(`the cluster is ${state}`));
    io.cluster?.on('silent', (node) => print(`${node.name} does not answer`));

    await new Promise((resolve) => io.cluster?.on('state', resolve));
    expect(states.at(-1)).toBe('the cluster is up');

    io.cluster?.on('failed', (reason) => print(`the broker is away: ${reason.message}`));

    const { sockets, silent } = await io.in('room').fetchSockets({ partial: true });

    expect({ sockets, silent }).toEqual({ sockets: [], silent: [] });

    const options = { url: 'http://10.0.0.7:3000' };
    const spread = new Server({ adapter: cluster(redis(client), options) });
    onTestFinished(() => spread.close());

    const shared = new Server({ adapter: cluster(redis(client), { forward: 'broker' }) });
    onTestFinished(() => shared.close());

    const recovering = new Server({ adapter: cluster(redis(client)), connectionStateRecovery: true });
    recovering.on('connection', (socket) => {
      socket.on('order', async (order, done) => {
        recovering.to('kitchen').emit('order', order);
        await recovering.cluster?.stored();
        done();
      });
    });
    onTestFinished(() => recovering.close());

    const chat = new Server({ adapter: cluster(redis(client)), history: { rooms: 'chat:*', size: 100 } });
    chat.on('connection', (socket) => {
      socket.on('enter', async (room, since) => {
        const { complete } = await socket.join(`chat:${room}`, { rewind: 20, since });
        if (!complete) socket.emit('events are missing', room);
      });
    });
    onTestFinished(() => chat.close());

    const worker = emitter(redis(client));
    onTestFinished(() => worker.close());
    const send = async () => {
      worker.to('room').emit('news', 'from a worker');
      await worker.flush();
    };
    await send();
  });

  it('takes clients of a Redis Cluster and of sentinels', () => {
    const nodes = ['redis://10.0.0.21:6379', 'redis://10.0.0.22:6379', 'redis://10.0.0.23:6379'];
    const client = createCluster({ rootNodes: nodes.map((url) => ({ url })) });
    const onCluster = cluster(redis(client));

    const sentinels = [{ host: '10.0.0.31', port: 26379 }];
    const bySentinel = redis(() => createSentinel({ name: 'main', sentinelRootNodes: sentinels }));
    const byIoRedis = redis(new Redis({ name: 'main', sentinels, lazyConnect: true }));

    expect([typeof onCluster, bySentinel.name, byIoRedis.name]).toEqual(['function', 'redis', 'redis']);
  });
});
