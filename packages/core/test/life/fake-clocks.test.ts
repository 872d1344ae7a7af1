import { once } from 'node:events';
import { RawWebSocket, type Running, startServer } from '@sio/test-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => void vi.useRealTimers());

/** Clocks that test tools fake: some of them, or all. */
const CLOCKS = {
  'that fakes everything': {},
  'that fakes timers alone': { toFake: ['setTimeout', 'clearTimeout'] },
  'that fakes timers and the time': { toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] },
};

async function joined(server: Running): Promise<RawWebSocket> {
  const ws = await RawWebSocket.open(`${server.url}/socket.io/?EIO=4&transport=websocket`);
  expect(await ws.next()).toMatch(/^0/);
  expect(await ws.send('40').next()).toMatch(/^40/);
  return ws;
}

const QUICK = { pingInterval: 100, pingTimeout: 200 };

describe.each(Object.entries(CLOCKS))('after a fake clock %s', (_what, clock) => {
  const fake = () => void vi.useFakeTimers(clock as never);

  it('a client that came under it gets its heartbeats, though nothing else happens', async () => {
    const server = await startServer(QUICK);
    fake();
    const ws = await joined(server);
    vi.useRealTimers();
    expect(await ws.next()).toBe('2');
  });

  it('a client that came before it and falls silent is noticed', async () => {
    const server = await startServer(QUICK);
    const ws = await joined(server);
    fake();
    await joined(server);
    vi.useRealTimers();
    expect(await ws.next()).toBe('2');
    await ws.closed();
  });

  it('a client that came under it and falls silent is noticed', async () => {
    const server = await startServer(QUICK);
    fake();
    const ws = await joined(server);
    vi.useRealTimers();
    await ws.closed();
  });

  it('messages go out while it is on', async () => {
    const server = await startServer();
    const ws = await joined(server);
    fake();
    const heard = once(ws.ws, 'message');
    server.io.emit('news', 1);
    expect(String((await heard)[0])).toBe('42["news",1]');
  });
});
