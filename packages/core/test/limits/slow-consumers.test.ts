import { once } from 'node:events';
import type { Socket as NetSocket } from 'node:net';
import type { Socket } from '@sio/core';
import { connect, fetchAnswer, type Running, startServer, stuck, upgradeLines } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const CHUNK = 'x'.repeat(64 * 1024);
const BUDGET = 1_000_000;

/** Opens a WebSocket, joins if that takes a word, and never reads again after the first answer. */
async function stuckOn(server: Running, path: string, join: string | undefined): Promise<NetSocket> {
  const socket = await stuck(server.port, upgradeLines(path));
  if (join !== undefined) socket.write(masked(join));
  return socket;
}

function masked(text: string): Buffer {
  const mask = [1, 2, 3, 4];
  const bytes = Buffer.from(text).map((byte, index) => byte ^ mask[index % 4]!);
  return Buffer.from([0x81, 0x80 | text.length, ...mask, ...bytes]);
}

const WAYS = {
  'Engine.IO 4': async (server: Running) => stuckOn(server, '/socket.io/?EIO=4&transport=websocket', '40'),
  'Engine.IO 3': async (server: Running) => stuckOn(server, '/socket.io/?EIO=3&transport=websocket', undefined),
  'Socket.IO 0.9': async (server: Running) => {
    const sid = (await fetchAnswer(`${server.url}/socket.io/1/`)).body.split(':')[0];
    return stuckOn(server, `/socket.io/1/websocket/${sid}`, undefined);
  },
} as const;

/** The next socket of the main namespace. */
const arrival = ({ io }: Running) => new Promise<Socket>((resolve) => void io.once('connection', resolve));

/** Fills what the system itself takes, until something has to wait here. */
async function fill(socket: Socket): Promise<void> {
  while (socket.bufferedBytes < BUDGET / 2) {
    socket.emit('fill', CHUNK);
    // Out with it, before it is looked whether the system took it.
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe.each(Object.keys(WAYS) as (keyof typeof WAYS)[])('a client of %s that does not read', (generation) => {
  async function unread(options = {}) {
    const server = await startServer({ maxBufferedBytes: BUDGET, pingInterval: 60_000, ...options });
    const arrived = arrival(server);
    await WAYS[generation](server);
    return { server, socket: await arrived };
  }

  it('is disconnected when more than maxBufferedBytes wait for it, and its memory is freed', async () => {
    const { server, socket } = await unread();
    const gone = once(socket, 'disconnect');
    while (socket.connected) {
      socket.emit('fill', CHUNK);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [reason, description] = await gone;
    expect(reason).toBe('slow consumer');
    expect((description as Error).message).toMatch(/^\d+ bytes wait for a client that does not read$/);
    expect([server.io.engine.clientsCount, socket.bufferedBytes]).toEqual([0, 0]);
  });

  it('misses volatile events while something waits for it', async () => {
    const { socket } = await unread();
    await fill(socket);
    while (socket.conn.writable) {
      socket.emit('fill', CHUNK);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const before = socket.bufferedBytes;
    for (let n = 0; n < 100; n++) socket.volatile.emit('position', n, CHUNK);
    await new Promise((resolve) => setImmediate(resolve));
    expect(socket.bufferedBytes).toBeLessThanOrEqual(before);
  });

  it('keeps drained() waiting until it leaves', async () => {
    const { socket } = await unread();
    await fill(socket);
    let waiting = true;
    const drained = socket.drained().then(() => {
      waiting = false;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(waiting).toBe(true);
    socket.disconnect(true);
    socket.conn.transport.abort();
    await drained;
  });

  it('does not delay the other receivers of a broadcast', async () => {
    const { server, socket } = await unread();
    const clients = Array.from({ length: 20 }, () => connect('4.8.4', server.url, { transports: ['websocket'] }));
    await Promise.all(clients.map((client) => client.next('connect')));
    const gone = once(socket, 'disconnect');
    while (socket.connected) {
      const heard = clients.map((client) => client.next('news'));
      server.io.emit('news', CHUNK);
      await Promise.all(heard);
    }
    await gone;
    expect(server.io.engine.clientsCount).toBe(clients.length);
  });
});

describe('a client that does not poll', () => {
  it('is disconnected when more than its budget waits for it', async () => {
    const server = await startServer({ maxBufferedBytes: BUDGET });
    const arrived = arrival(server);
    const { body } = await fetchAnswer(`${server.url}/socket.io/?EIO=4&transport=polling`);
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    await fetchAnswer(`${server.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: '40' });
    const socket = await arrived;
    const gone = once(socket, 'disconnect');
    for (let n = 0; n <= BUDGET / CHUNK.length; n++) socket.emit('fill', CHUNK);
    expect((await gone)[0]).toBe('slow consumer');
  });
});

describe('a client that reads', () => {
  it.each(['polling', 'websocket'])('is sent as much as it takes, over %s', async (transport) => {
    const server = await startServer({ maxBufferedBytes: BUDGET });
    const arrived = arrival(server);
    const client = connect('4.8.4', server.url, { transports: [transport] });
    let received = 0;
    client.on('part', () => received++);
    const socket = await arrived;
    for (let n = 0; n < 100; n++) {
      socket.emit('part', CHUNK);
      await socket.drained();
      expect(socket.bufferedBytes).toBe(0);
    }
    const last = client.next('last');
    socket.emit('last');
    await last;
    expect(received).toBe(100);
  });
});
