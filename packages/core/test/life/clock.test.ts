import type { Socket } from '@sio/core';
import { connect, startServer } from '@sio/test-kit';
import { expect, it, onTestFinished, vi } from 'vitest';

const HOUR = 3_600_000;

/** The wall clock of this process leaps, as when somebody sets it; timers go on. */
function leap(milliseconds: number): void {
  const now = Date.now;
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => now() + milliseconds);
  onTestFinished(() => spy.mockRestore());
}

async function joined(options: Parameters<typeof startServer>[0]) {
  const server = await startServer(options);
  const arrival = new Promise<Socket>((resolve) => server.io.on('connection', resolve));
  const client = connect('4.8.4', server.url, { transports: ['websocket'] });
  await client.next('connect');
  return { ...server, client, socket: await arrival };
}

it.each([-HOUR, HOUR])('authentication is rechecked in time when the clock jumps by %i ms', async (by) => {
  let checks = 0;
  let checked = () => {};
  const check = () => {
    checks++;
    checked();
    return true as const;
  };
  await joined({ auth: { check, recheckInterval: 1000 } });
  leap(by);
  const before = checks;
  for (let round = 0; round < 2; round++) {
    await new Promise<void>((resolve) => {
      checked = resolve;
    });
  }
  expect(checks).toBe(before + 2);
});

it('expiresAt is wall time: when the clock jumps past it, the socket is disconnected', async () => {
  const { socket, client } = await joined({});
  socket.expiresAt = Date.now() + HOUR / 2;
  const ended = client.next('disconnect');
  leap(HOUR);
  await ended;
});

it('expiresAt holds for a socket that comes after the clock was set back', async () => {
  const { socket, io, url } = await joined({});
  socket.expiresAt = Date.now() + 10 * HOUR;
  await new Promise((resolve) => setImmediate(resolve));
  leap(-HOUR);
  const arrival = new Promise<Socket>((resolve) => io.on('connection', resolve));
  const late = connect('4.8.4', url, { transports: ['websocket'] });
  const ended = late.next('disconnect');
  (await arrival).expiresAt = Date.now() + 500;
  await ended;
});

it('acknowledgements, recovery and heartbeats do not notice a jump of the clock', async () => {
  const { socket, client, io, url } = await joined({
    pingInterval: 200,
    pingTimeout: 200,
    connectionStateRecovery: { maxDisconnectionDuration: 60_000 },
  });
  leap(-HOUR);
  await expect(socket.timeout(50).emitWithAck('unanswered')).rejects.toThrow('operation has timed out');
  const reasons: unknown[] = [];
  socket.on('disconnect', (reason) => reasons.push(reason));
  // Two heartbeats.
  for (let n = 0; n < 2; n++) await new Promise((resolve) => socket.conn.once('heartbeat', resolve));
  expect(reasons).toEqual([]);
  const { _pid: pid } = client.raw as { _pid: string };
  const gone = new Promise((resolve) => socket.once('disconnect', resolve));
  client.raw.io.engine.close();
  await gone;
  const arrival = new Promise<Socket>((resolve) => io.once('connection', resolve));
  connect('4.8.4', url, { transports: ['websocket'], auth: { pid } });
  expect((await arrival).recovered).toBe(true);
});
