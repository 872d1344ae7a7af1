import { type Socket, sleep } from '@sio/core';
import { connect, RawWebSocket, startServer, type Version } from '@sio/test-kit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { durationOf, LongTimer } from '../../src/internal/time/long-timer.js';

const VERSIONS: Version[] = ['4.8.4', '2.5.0', '0.9.17'];
const DAYS_30 = 30 * 24 * 3_600_000;

async function joined(version: Version) {
  const { io, url } = await startServer();
  const arrived = new Promise<Socket>((resolve) => void io.once('connection', resolve));
  const client = connect(version, url, { transports: ['websocket'] });
  const [socket] = await Promise.all([arrived, client.next('connect')]);
  return { io, client, socket };
}

describe.each(VERSIONS)('for a client %s that does not answer', (version) => {
  test.each(['20', 20, Number.NaN, -1])('timeout(%j) ends', async (timeout) => {
    const { io, socket } = await joined(version);
    await expect(socket.timeout(timeout as number).emitWithAck('question')).rejects.toThrow('timed out');
    await expect(io.timeout(timeout as number).emitWithAck('question')).rejects.toThrow('timed out');
  });

  test.each([Number.POSITIVE_INFINITY, DAYS_30])('timeout(%d) keeps waiting, without a busy timer', async (timeout) => {
    const { io, socket, client } = await joined(version);
    const set = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => set.mockRestore());
    const ends: string[] = [];
    socket.timeout(timeout).emit('question', () => void ends.push('socket'));
    io.timeout(timeout).emit('question', () => void ends.push('io'));
    const before = set.mock.calls.length;
    const round = client.next('round');
    await new Promise((resolve) => setImmediate(resolve));
    socket.emit('round');
    await round;
    expect(ends).toEqual([]);
    expect(set.mock.calls.length - before).toBeLessThan(20);
    for (const [, delay] of set.mock.calls) expect(delay ?? 0).toBeLessThan(2 ** 31);
  });
});

describe('a wait of 30 days', () => {
  test('does not end early, and ends in time', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let over = 0;
    new LongTimer(() => over++, DAYS_30);
    const never = new LongTimer(() => over++, Number.POSITIVE_INFINITY);
    vi.advanceTimersByTime(DAYS_30 - 1);
    expect(over).toBe(0);
    vi.advanceTimersByTime(1);
    expect(over).toBe(1);
    vi.advanceTimersByTime(10 * DAYS_30);
    never.clear();
    expect([over, vi.getTimerCount()]).toEqual([1, 0]);
  });

  test('works with sleep(), and can be aborted', async () => {
    const ending = new AbortController();
    const slept = sleep(DAYS_30, ending.signal);
    let over = false;
    slept.then(
      () => {
        over = true;
      },
      () => {},
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(over).toBe(false);
    ending.abort();
    await expect(slept).rejects.toThrow();
  });
});

test('a duration is read as setTimeout reads it, except for Infinity', () => {
  expect(['50', 50, 0, -1, Number.NaN, undefined, 'x', Number.POSITIVE_INFINITY, DAYS_30].map(durationOf)).toEqual([
    50,
    50,
    1,
    1,
    1,
    1,
    1,
    Number.POSITIVE_INFINITY,
    DAYS_30,
  ]);
});

test.each([DAYS_30, Number.POSITIVE_INFINITY, '60000'])(
  'connectTimeout(%j) keeps a client that waits',
  async (timeout) => {
    const { io, url } = await startServer();
    io.connectTimeout(timeout as number);
    expect(io.connectTimeout()).toBe(Number(timeout));
    const set = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => set.mockRestore());
    const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
    expect(await ws.next()).toMatch(/^0/);
    // A timer that fires too early would end it before.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await ws.send('40').next()).toMatch(/^40/);
    for (const [, delay] of set.mock.calls) expect(delay ?? 0).toBeLessThan(2 ** 31);
  },
);
