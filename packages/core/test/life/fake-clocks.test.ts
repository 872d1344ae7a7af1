import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import type { Socket } from '@sio/core';
import { RawWebSocket, type Running, startServer } from '@sio/test-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DeadlineQueue, QueuedDeadline } from '../../src/internal/time/deadlines.js';
import { LoopLag } from '../../src/internal/time/loop-lag.js';

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

  it('a client that connected under it gets its heartbeats, though nothing else happens', async () => {
    const server = await startServer(QUICK);
    fake();
    const ws = await joined(server);
    vi.useRealTimers();
    expect(await ws.next()).toBe('2');
  });

  it('a client that connected before it and falls silent is noticed', async () => {
    const server = await startServer(QUICK);
    const ws = await joined(server);
    fake();
    await joined(server);
    vi.useRealTimers();
    expect(await ws.next()).toBe('2');
    await ws.closed();
  });

  it('a client that connected under it and falls silent is noticed', async () => {
    const server = await startServer(QUICK);
    fake();
    const ws = await joined(server);
    vi.useRealTimers();
    await ws.closed();
  });

  it('messages are sent while it is on', async () => {
    const server = await startServer();
    const ws = await joined(server);
    fake();
    const heard = once(ws.ws, 'message');
    server.io.emit('news', 1);
    expect(String((await heard)[0])).toBe('42["news",1]');
  });
});

describe.each(Object.entries(CLOCKS))('a fake clock %s that was on for a while', (_what, clock) => {
  const fake = () => void vi.useFakeTimers(clock as never);

  it('does not keep credentials that were set under it from expiring', async () => {
    const server = await startServer();
    const arrived = new Promise<Socket>((resolve) => void server.io.on('connection', resolve));
    await joined(server);
    const socket = await arrived;
    fake();
    socket.expiresAt = new Date(Date.now() + 500);
    vi.useRealTimers();
    const ended = await new Promise((resolve) => socket.on('disconnect', (...args) => resolve(args[0])));
    expect(ended).toBe('auth ended');
  });

  it('does not keep credentials that were set before it from expiring', async () => {
    const server = await startServer();
    const arrived: Socket[] = [];
    server.io.on('connection', (socket) => arrived.push(socket));
    await joined(server);
    await joined(server);
    const [first, second] = arrived as [Socket, Socket];
    const ended = [first, second].map(
      (socket) => new Promise((resolve) => socket.on('disconnect', (reason) => resolve(reason))),
    );
    first.expiresAt = new Date(Date.now() + 500);
    fake();
    second.expiresAt = new Date(Date.now() + 500);
    vi.useRealTimers();
    expect(await Promise.all(ended)).toEqual(['auth ended', 'auth ended']);
  });

  it('does not affect the measurement of the event loop', async () => {
    const lag = new LoopLag();
    fake();
    lag.start();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    lag.stop();
  });

  it('does not keep a server from being drained or closed under it', async () => {
    const server = await startServer();
    const ws = await joined(server);
    fake();
    const drained = server.io.drain({ jitter: 0 });
    await ws.closed();
    expect(await drained).toEqual({ closed: 1, cut: 0 });
    await server.io.close();
  });

  it('does not keep drained() from resolving', async () => {
    const server = await startServer();
    const handshake = await (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`)).text();
    const { sid } = JSON.parse(handshake.slice(1));
    const conn = server.io.engine.clients.get(sid)!;
    fake();
    conn.send('x'.repeat(100_000));
    const drained = conn.drained();
    vi.useRealTimers();
    await (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`)).text();
    await drained;
  });
});

it('a tool that also replaces the timers of the module is detected', async () => {
  const { setTimeout: timeout, setInterval: interval } = timers;
  const queue = new DeadlineQueue(50);
  const due = new Promise<void>((resolve) => {
    class Due extends QueuedDeadline {
      override onDeadline() {
        resolve();
      }
    }
    vi.stubGlobal('setTimeout', fakeTimer);
    Object.assign(timers, { setTimeout: fakeTimer, setInterval: fakeTimer });
    syncBuiltinESMExports();
    queue.arm(new Due());
    Object.assign(timers, { setTimeout: timeout, setInterval: interval });
    syncBuiltinESMExports();
    vi.unstubAllGlobals();
  });
  await due;
});

/** A timer that never fires. */
function fakeTimer() {
  return { unref: () => ({}) };
}
