import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProgram } from '@sio/test-kit/examples';
import { startRedis } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import { io } from 'socket.io-client';
import { expect, it, onTestFinished } from 'vitest';

const here = fileURLToPath(new URL('../', import.meta.url));
const server = fileURLToPath(new URL('../../tutorial/9-deployment/server.js', import.meta.url));
const read = (file: string) => readFileSync(file, 'utf8');

/** Milliseconds that the server takes at most to end. */
const deadline = Number(/deadline: ([\d_]+)/.exec(read(server))?.[1]?.replaceAll('_', ''));
const seconds = (pattern: RegExp, file: string) => 1000 * Number(pattern.exec(read(`${here}${file}`))?.[1]);

it('every process manager waits longer than the server drains', () => {
  const pm2 = createRequire(import.meta.url)(`${here}pm2/ecosystem.config.cjs`).apps[0].kill_timeout;
  const preStop = seconds(/sleep: \{ seconds: (\d+) \}/, 'kubernetes/chat.yaml');
  const kubernetes = seconds(/terminationGracePeriodSeconds: (\d+)/, 'kubernetes/chat.yaml') - preStop;
  const systemd = seconds(/TimeoutStopSec=(\d+)/, 'systemd/chat.service');
  const compose = seconds(/stop_grace_period: (\d+)s/, '../tutorial/9-deployment/compose.yaml');
  expect(deadline).toBe(10_000);
  for (const patience of [pm2, kubernetes, systemd, compose]) expect(patience).toBeGreaterThan(deadline);
});

it.skipIf(!service('redis-server'))(
  'a server that is stopped reports that it is not ready, and lets its clients reconnect',
  async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'sio-deployment-'));
    onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
    const { url, stop } = await startProgram(server, { cwd, env: { REDIS: await startRedis() } });
    const login = await fetch(`${url}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Ann' }),
    });
    const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
    const client = io(`${url}/chat`, { transports: ['websocket'], reconnection: false, extraHeaders: { cookie } });
    onTestFinished(() => void client.disconnect());
    await once(client as never, 'connect');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const lost = once(client as never, 'disconnect');
    const ended = stop();
    await expect
      .poll(async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.status, { interval: 5 })
      .toBe(503);
    expect((await lost)[0]).toBe('transport close');
    expect(await ended).toBe(0);
  },
);
