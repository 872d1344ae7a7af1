import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { connected, listen, RawWebSocket, transports } from '@sio/test-kit';
import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { expect, onTestFinished, test } from 'vitest';
import { spawnServer } from '../../chatterbox/test/support/server.js';
import { socketio } from '../src/socketio.js';

test('the server sends the time over every transport, and logs each connection’s requests', async () => {
  const child = spawnServer({ PORT: '0' }, fileURLToPath(new URL('../', import.meta.url)));
  const lines: string[] = [];
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('Clock: ')) resolve(line.slice('Clock: '.length).replace('localhost', '127.0.0.1'));
    });
  });
  const url = await listening;
  expect(await (await fetch(url)).text()).toBe('Socket.IO is at /live/socket.io/');
  for (const [, list] of transports) {
    const socket = await connected(url, { path: '/live/socket.io', transports: [...list] });
    expect(await socket.emitWithAck('what time is it')).toMatchObject({ path: '/live/socket.io/' });
  }
  expect(lines.some((line) => line.includes('--> GET /live/socket.io/'))).toBe(true);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
});

test('cookies that middlewares set reach the browser with the 101', async () => {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (c, next) => {
    setCookie(c, 'before', '1');
    await next();
    setCookie(c, 'after', '2');
  });
  const live = socketio();
  onTestFinished(() => live.io.close());
  app.use('*', live);
  const url = await listen(createAdaptorServer(app));
  const { headers } = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
  expect(headers['set-cookie']?.map((line) => line.split(';')[0])).toEqual(['before=1', 'after=2']);
});
