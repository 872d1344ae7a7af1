import { once } from 'node:events';
import { legacyPolling, legacyWebSocket, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const EVENT = '5:1::{"name":"order","args":[1]}';

/** A server with a client whose `wait` is not answered, so that draining does not end it. */
async function busyServer() {
  const server = await startServer({ pingInterval: 60_000 });
  const orders: unknown[] = [];
  const waiting = new Promise<void>((resolve) => {
    server.io.on('connection', (socket) => {
      socket.on('order', (...args: unknown[]) => void orders.push(...args));
      socket.on('wait', (_done: () => void) => resolve());
    });
  });
  return { ...server, orders, waiting };
}

/** Until the server has let nothing new begin for this client. */
const turns = async () => {
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve));
};

describe('a receipt of 0.9 over a WebSocket', () => {
  it('is given for an event that is handled', async () => {
    const { url, orders } = await busyServer();
    const { ws } = await legacyWebSocket(url);
    expect(await ws.send(EVENT).next()).toBe('6:::1');
    expect(orders).toEqual([1]);
  });

  it('is not given while the server drains and handles nothing new', async () => {
    const { io, url, orders, waiting } = await busyServer();
    const { ws } = await legacyWebSocket(url);
    ws.send('5:7+::{"name":"wait","args":[]}');
    await waiting;
    void io.drain({ jitter: 0 });
    await turns();
    ws.send(EVENT, '3:2::text', '4:3::{"a":1}', '2::');
    // The answer to a ping shows that all before it was read.
    const pong = once(ws.ws, 'pong');
    ws.ws.ping();
    await pong;
    io.emit('still');
    expect(await ws.next()).toBe('5:::{"name":"still"}');
    expect(orders).toEqual([]);
  });

  it('is not given for a namespace that is not joined, nor for an event that clients may not send', async () => {
    const { io, url } = await busyServer();
    const { ws } = await legacyWebSocket(url);
    ws.send(
      '5:1::/nowhere:{"name":"order","args":[1]}',
      '5:2::{"name":"disconnect","args":[]}',
      '5:3::{"name":"order","args":[2]}',
    );
    expect(await ws.next()).toBe('6:::3');
    expect(io.engine.clientsCount).toBe(1);
  });
});

describe('a receipt of 0.9 over polling', () => {
  it('is not given while the server drains and handles nothing new', async () => {
    const { io, url, orders, waiting } = await busyServer();
    const session = await legacyPolling(url);
    await session.post('5:7+::{"name":"wait","args":[]}');
    await waiting;
    void io.drain({ jitter: 0 });
    await turns();
    await session.post(EVENT);
    const answer = session.poll().answer();
    io.emit('still');
    expect((await answer).body).toBe('5:::{"name":"still"}');
    expect(orders).toEqual([]);
  });
});
