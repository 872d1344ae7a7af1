import { once } from 'node:events';
import { adminHandlers, type Snapshot } from '@sio/admin';
import { cluster } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { connected, listen, startServer } from '@sio/test-kit';
import { startRedis } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import express from 'express';
import { createClient } from 'redis';
import { expect, onTestFinished, test } from 'vitest';

/** A server of a cluster, with an admin page before it. */
async function node(name: string, redisUrl: string) {
  const adapter = cluster(redis(createClient({ url: redisUrl })), { name });
  const server = await startServer({
    adapter,
    onConnection: (socket: { join(room: string): unknown; handshake: { auth: { name?: string } } }) =>
      void socket.join(`user:${socket.handshake.auth.name}`),
  });
  const handlers = adminHandlers(server.io, { sampleInterval: 0, user: ({ handshake }) => handshake.auth.name });
  onTestFinished(handlers.stop);
  return { ...server, admin: await listen(express().use('/', handlers.node)) };
}

test.skipIf(!service('redis-server'))('the page of one server shows and disconnects clients of another', async () => {
  const redisUrl = await startRedis();
  const one = await node('one', redisUrl);
  const joined = new Promise((resolve) => one.io.cluster?.on('joined', resolve));
  const two = await node('two', redisUrl);
  await joined;
  const client = await connected(two.url, { auth: { name: 'ada' }, transports: ['websocket'] });

  const { cluster: stats } = (await (await fetch(`${one.admin}/?stats`)).json()) as Snapshot;
  expect(stats?.nodes.map(({ name, sockets }) => [name, sockets])).toEqual([
    ['one', 0],
    ['two', 1],
  ]);

  const found = await (await fetch(`${one.admin}/?search=user:ada`)).json();
  expect(found).toMatchObject({ total: 1, silent: [], rows: [{ id: client.id, user: 'ada', rooms: ['user:ada'] }] });
  const gone = once(client as never, 'disconnect');
  const query = new URLSearchParams({ disconnect: client.id ?? '', namespace: '/' });
  const answer = await fetch(`${one.admin}/?${query}`, { method: 'POST', headers: { 'x-sio-admin': '1' } });
  expect(answer.status).toBe(200);
  await gone;

  // A room is not a client.
  const room = new URLSearchParams({ disconnect: 'user:ada', namespace: '/' });
  await connected(two.url, { auth: { name: 'ada' }, transports: ['websocket'] });
  expect((await fetch(`${one.admin}/?${room}`, { method: 'POST', headers: { 'x-sio-admin': '1' } })).status).toBe(404);
});
