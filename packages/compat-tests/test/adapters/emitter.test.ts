import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from '@sio/core/compat';
import { createAdapter } from '@socket.io/redis-adapter';
import { Emitter } from '@socket.io/redis-emitter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, connected, next, record } from '../support/harness.js';
import { program, redisClients, stopRedis } from '../support/redis.js';

describe.skipIf(program === undefined)('a process that has no server, through Redis,', () => {
  const ends: (() => unknown)[] = [];
  let emitter: Emitter;
  const urls: string[] = [];
  const servers: Server[] = [];

  async function start(): Promise<void> {
    const { pub, sub, close } = await redisClients();
    const http = createServer();
    const io = new Server(http, { adapter: createAdapter(pub, sub, { key: 'emitted' }) });
    io.of('/chat');
    io.on('connection', (socket) => void socket.join(String(socket.handshake.query.room)));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    ends.push(close, () => io.close());
    urls.push(addressOf(http).url);
    servers.push(io);
  }

  beforeAll(async () => {
    await start();
    await start();
    const { pub, close } = await redisClients();
    ends.push(close);
    emitter = new Emitter(pub, { key: 'emitted' });
  });

  afterAll(async () => {
    for (const end of ends.reverse()) await end();
    await stopRedis();
  });

  /** A client of each server, both in `room`. */
  const pair = (room: string, nsp = '') => Promise.all(urls.map((url) => connected(url + nsp, { query: { room } })));

  it('broadcasts to all, to rooms, with exceptions and in namespaces', async () => {
    const [tea, coffee, chat] = [await pair('tea'), await pair('coffee'), await pair('tea', '/chat')];
    const everybody = [...tea, ...coffee];
    const heard = [...everybody, ...chat].map((peer) => record(peer, 'news'));
    const last = [...everybody, ...chat].map((peer) => next(peer, 'last'));
    emitter.emit('news', 'all', Buffer.from([1, 2]));
    emitter.to('tea').emit('news', 'tea');
    emitter.except('tea').emit('news', 'no tea');
    emitter.of('/chat').emit('news', 'chat');
    emitter.emit('last');
    emitter.of('/chat').emit('last');
    await Promise.all(last);
    const all = ['news', 'all', Buffer.from([1, 2])];
    const [toTea, toCoffee, toChat] = [[all, ['news', 'tea']], [all, ['news', 'no tea']], [['news', 'chat']]];
    expect(heard).toEqual([toTea, toTea, toCoffee, toCoffee, toChat, toChat]);
  });

  it('makes sockets join rooms, leave rooms and disconnect', async () => {
    const peers = await pair('old');
    const heard = peers.map((peer) => record(peer, 'news'));
    const last = peers.map((peer) => next(peer, 'last'));
    emitter.in('old').socketsJoin('new');
    emitter.to('new').emit('news', 'joined');
    emitter.in('old').socketsLeave('new');
    emitter.to('new').emit('news', 'left');
    emitter.to('old').emit('last');
    await Promise.all(last);
    expect(heard).toEqual([[['news', 'joined']], [['news', 'joined']]]);
    const gone = peers.map((peer) => next(peer, 'disconnect'));
    emitter.in('old').disconnectSockets();
    for (const [reason] of await Promise.all(gone)) expect(reason).toBe('io server disconnect');
  });

  it('sends events to the servers themselves', async () => {
    const words = servers.map((io) => once(io as never, 'word'));
    emitter.serverSideEmit('word', 1);
    expect(await Promise.all(words)).toEqual([[1], [1]]);
  });

  it('cannot ask for acknowledgements', () => {
    expect(() => emitter.serverSideEmit('word', () => {})).toThrow('Acknowledgements are not supported');
  });
});
