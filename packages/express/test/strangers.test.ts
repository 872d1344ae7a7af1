import http from 'node:http';
import type { RequestHandler } from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Namespace, socketio } from '../src/index.js';
import { connected, listen, majors, RawWebSocket, refusedUpgrade, transports } from './support/kit.js';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }
}

/** More than a mount remembers. */
const MANY = 150;

describe.each(majors)('%s', (_name, express) => {
  function tenants() {
    const app = express();
    const mount = socketio({ '/': Echo }, { handshakeTimeout: 300 });
    onTestFinished(() => mount.io.close());
    // Only members of a tenant learn that it exists.
    const members: RequestHandler = (req, res, next) =>
      req.get('authorization') === 'member' ? next() : res.status(404).end('nothing here');
    app.use(express.text({ type: '*/*', limit: 1000 }));
    app.use('/:tenant', members, mount);
    return http.createServer(app);
  }

  const MEMBER = { authorization: 'member' };

  /** Clients without access try one tenant, and members of many others connect. */
  async function crowd(url: string) {
    for (let i = 0; i < 3; i++) await refusedUpgrade(`${url}/acme/socket.io/?EIO=4&transport=websocket`);
    for (let i = 0; i < MANY; i++) {
      const answer = await fetch(`${url}/tenant${i}/socket.io/?EIO=4&transport=polling`, { headers: MEMBER });
      await answer.text();
    }
  }

  test.each(transports)(
    'serves a tenant’s client after requests for other paths, over %s',
    async (_transport, list) => {
      const server = tenants();
      const neighbours = new WebSocketServer({ server, path: '/other' });
      onTestFinished(() => neighbours.close());
      const url = await listen(server);
      const options = { transports: [...list], path: '/acme/socket.io', extraHeaders: MEMBER };
      const early = await connected(url, options);
      await crowd(url);
      // More than the app's own parser takes.
      const text = 'x'.repeat(5000);
      expect(await early.emitWithAck('echo', text)).toBe(text);
      const late = await connected(url, options);
      expect(await late.emitWithAck('echo', text)).toBe(text);
    },
  );

  test('serves other clients after a guard’s 404 beside another WebSocket library', async () => {
    const server = tenants();
    // It handles its own paths and ignores the others.
    const neighbours = new WebSocketServer({ noServer: true });
    server.on('upgrade', (req, socket, head) => {
      if (req.url === '/other') neighbours.handleUpgrade(req, socket, head, (ws) => ws.send('theirs'));
    });
    const url = await listen(server);
    const path = '/acme/socket.io/?EIO=4&transport=websocket';
    // Neither of the two accepts the client, which is refused in the end.
    expect(await refusedUpgrade(url + path)).toMatchObject({ status: 404 });
    const member = await RawWebSocket.open(url + path, { headers: MEMBER });
    expect(await member.next()).toMatch(/^0\{/);
    expect(await (await RawWebSocket.open(`${url}/other`)).next()).toBe('theirs');
  });

  test('serves other clients after one resets a refused connection', async () => {
    const server = tenants();
    server.on('upgrade', () => {});
    const url = await listen(server);
    const stranger = new WebSocket(`${url.replace('http', 'ws')}/acme/socket.io/?EIO=4&transport=websocket`);
    stranger.on('error', () => {});
    await new Promise<void>((resolve) => server.once('upgrade', () => resolve()));
    stranger.terminate();
    const member = await connected(url, { transports: ['websocket'], path: '/acme/socket.io', extraHeaders: MEMBER });
    expect(await member.emitWithAck('echo', 1)).toBe(1);
  });

  test('serves a path that a middleware rewrites, however many others there are', async () => {
    const app = express();
    const mount = socketio({ '/': Echo });
    onTestFinished(() => mount.io.close());
    app.use((req, _res, next) => {
      req.url = req.url.replace(/^\/rt-\w+/, '/socket.io');
      next();
    });
    app.use(mount);
    const server = http.createServer(app);
    const neighbours = new WebSocketServer({ server, path: '/other' });
    onTestFinished(() => neighbours.close());
    const url = await listen(server);
    for (let i = 0; i < MANY; i++) await (await fetch(`${url}/rt-${i}/?EIO=4&transport=polling`)).text();
    const socket = await connected(url, { transports: ['websocket'], path: '/rt-0' });
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
  });
});
