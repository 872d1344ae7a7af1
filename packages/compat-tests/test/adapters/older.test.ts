import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Server, Socket } from '@sio/core';
import { startServer } from '@sio/test-kit';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { program, startRedis, stopRedis } from '../support/redis.js';

const require = createRequire(import.meta.url);

interface Peer {
  readonly hear: (event: string) => Promise<unknown[]>;
  readonly emit: (event: string, ...args: unknown[]) => void;
}

/** A client 0.9, 2.5 or 4.8, which have this much in common. */
async function come(url: string, version: '0.9' | '2.5' | '4.8'): Promise<Peer> {
  const io = require(version === '4.8' ? 'socket.io-client' : `socket.io-client-${version}`);
  const options = { transports: ['websocket'], forceNew: true, 'force new connection': true, reconnection: false };
  const peer = io.connect(url, options);
  onTestFinished(() => void (version === '0.9' ? peer.socket.disconnect() : peer.disconnect()));
  const hear = (event: string) =>
    new Promise<unknown[]>((resolve) => peer.once(event, (...args: unknown[]) => resolve(args)));
  await hear('connect');
  return { hear, emit: (event, ...args) => peer.emit(event, ...args) };
}

async function serverWith(adapter: unknown): Promise<{ io: Server; url: string }> {
  const { io, url } = await startServer({ adapter: adapter as never });
  io.on('connection', (socket: Socket) => {
    socket.on('join', (room: string) => {
      void socket.join(room);
      socket.emit('joined');
    });
  });
  return { io, url };
}

async function guests(url: string): Promise<Peer[]> {
  return Promise.all((['0.9', '2.5', '4.8'] as const).map((version) => come(url, version)));
}

async function joinRoom(peers: readonly Peer[], room: string): Promise<void> {
  const joined = peers.map((peer) => peer.hear('joined'));
  for (const peer of peers) peer.emit('join', room);
  await Promise.all(joined);
}

describe.each(['2.0', '2.1', '2.2', '2.3'])('socket.io-adapter %s', (version) => {
  const { Adapter } = require(`socket.io-adapter-${version}`);

  it('broadcasts texts and bytes to clients of every protocol version, to all and to rooms', async () => {
    const { io, url } = await serverWith(Adapter);
    const peers = await guests(url);
    const heard = peers.map((peer) => peer.hear('news'));
    io.emit('news', 1, { two: '2' });
    expect(await Promise.all(heard)).toEqual(peers.map(() => [1, { two: '2' }]));
    await joinRoom(peers, 'room');
    const toRoom = peers.map((peer) => peer.hear('again'));
    io.to('room').emit('again', 'é');
    expect(await Promise.all(toRoom)).toEqual(peers.map(() => ['é']));
    const [, ...modern] = peers;
    const bytes = modern.map((peer) => peer.hear('bytes'));
    io.emit('bytes', Buffer.from([1, 2, 3]), 'text', Buffer.from([4]));
    expect(await Promise.all(bytes)).toEqual(modern.map(() => [Buffer.from([1, 2, 3]), 'text', Buffer.from([4])]));
  });

  it('broadcasts outside of any call of the application, as for a message of a broker', async () => {
    const { io, url } = await serverWith(Adapter);
    const peer = await come(url, '4.8');
    const heard = peer.hear('news');
    setTimeout(() => {
      const packet = { type: 2, data: ['news', 1] };
      io.sockets.adapter.broadcast(packet, { rooms: new Set(), except: new Set(), flags: {} } as never);
    });
    expect(await heard).toEqual([1]);
  });

  it('refuses what it does not support with an error that says so', async () => {
    const { io } = await serverWith(Adapter);
    await expect(io.timeout(50).emitWithAck('question')).rejects.toThrow(/socket\.io-adapter/);
  });
});

describe.skipIf(program === undefined)('socket.io-redis 6', () => {
  afterAll(stopRedis);

  it('carries events between servers', async () => {
    const { createAdapter } = require('socket.io-redis');
    const { createClient } = createRequire(require.resolve('socket.io-redis'))('redis');
    const redis = await startRedis();
    const clients = Array.from({ length: 4 }, () => createClient(redis));
    const ready = clients.map((client) => once(client, 'ready'));
    onTestFinished(() => {
      for (const client of clients) client.end(true);
    });
    await Promise.all(ready);
    const subscribed = () =>
      Promise.all([clients[1], clients[3]].map((client) => (client.pub_sub_mode ? null : once(client, 'subscribe'))));
    const a = await serverWith(createAdapter({ pubClient: clients[0], subClient: clients[1] }));
    const b = await serverWith(createAdapter({ pubClient: clients[2], subClient: clients[3] }));
    await subscribed();
    const peers = [...(await guests(a.url)), ...(await guests(b.url))];
    const heard = peers.map((peer) => peer.hear('news'));
    a.io.emit('news', { from: 'a' });
    expect(await Promise.all(heard)).toEqual(peers.map(() => [{ from: 'a' }]));
  });
});
