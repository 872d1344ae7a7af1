import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StartProxy, startHaproxy, startNginx, type Upstream } from '@sio/conformance/programs';
import { service } from '@sio/conformance/services';
import type { Express } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { connected, listen, majors, refused, transports } from './support/start.js';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }

  onAddress() {
    return [this.request.ip, this.request.hostname, this.handshake.address];
  }
}

const forwardedFor = { 'x-forwarded-for': '203.0.113.7' };

const proxies: [string, StartProxy, boolean][] = [
  ['nginx', startNginx, service('nginx') === undefined],
  ['HAProxy', startHaproxy, service('haproxy') === undefined],
];

describe.each(majors)('%s', (_name, express) => {
  function serve(configure: (app: Express) => void): http.Server {
    const app = express();
    configure(app);
    const mount = socketio({ '/': Echo });
    onTestFinished(() => mount.io.close());
    app.use(mount);
    return http.createServer(app);
  }

  const trusting = () => serve((app) => app.set('trust proxy', 'loopback'));

  describe.each(proxies)('behind %s', (_proxy, startProxy, missing) => {
    describe.skipIf(missing).each(transports)('over %s', (_transport, list) => {
      const options = { transports: [...list] };

      test('knows the client as the proxy tells of it, where the app trusts the proxy', async () => {
        const url = await startProxy(await listen(trusting()));
        const extraHeaders = { ...forwardedFor, origin: url };
        const socket = await connected(url, { ...options, extraHeaders });
        expect(await socket.emitWithAck('address')).toEqual(['203.0.113.7', '127.0.0.1', '203.0.113.7']);
        const big = 'x'.repeat(200_000);
        expect(await socket.emitWithAck('echo', big)).toBe(big);
      });

      test('believes no header where the app trusts nobody', async () => {
        const url = await startProxy(await listen(serve(() => {})));
        const socket = await connected(url, { ...options, extraHeaders: forwardedFor });
        expect(await socket.emitWithAck('address')).toEqual(['127.0.0.1', 'app.internal', '127.0.0.1']);
        const { description } = await refused(url, { ...options, extraHeaders: { origin: url } });
        expect(typeof description === 'number' ? `${description}` : description?.message).toContain('403');
      });

      test('serves on a Unix socket', async () => {
        const url = await startProxy(await listenOnPath(trusting()));
        const socket = await connected(url, { ...options, extraHeaders: forwardedFor });
        expect(await socket.emitWithAck('echo', Buffer.of(1, 2))).toEqual(Buffer.of(1, 2));
      });
    });

    test.skipIf(missing)('upgrades through it', async () => {
      const url = await startProxy(await listen(trusting()));
      const socket = await connected(url);
      if (socket.io.engine.transport.name !== 'websocket') await once(socket.io.engine as never, 'upgrade');
      expect(await socket.emitWithAck('echo', 'upgraded')).toBe('upgraded');
    });
  });

  describe.each(transports)('over %s', (_transport, list) => {
    test('is reached through http-proxy-middleware', async () => {
      const target = `http://127.0.0.1:${await listen(trusting())}`;
      const front = express();
      front.use(createProxyMiddleware({ target, ws: true, xfwd: true }));
      const url = `http://127.0.0.1:${await listen(http.createServer(front))}`;
      // Its first request shows it its server; until then it does not proxy WebSockets.
      await fetch(url);
      const socket = await connected(url, { transports: [...list] });
      expect(await socket.emitWithAck('echo', 'far away')).toBe('far away');
    });

    test.each(['before', 'after'])('has http-proxy-middleware %s it on the same server', async (order) => {
      const backend = `http://127.0.0.1:${await listen(trusting())}`;
      const app = express();
      const proxy = createProxyMiddleware({
        target: backend,
        ws: true,
        pathFilter: '/far',
        pathRewrite: { '^/far': '' },
      });
      const mount = socketio({ '/': Echo });
      onTestFinished(() => mount.io.close());
      if (order === 'before') app.use(proxy);
      app.use(mount);
      if (order === 'after') app.use(proxy);
      const url = `http://127.0.0.1:${await listen(http.createServer(app))}`;
      await fetch(`${url}/far/`);
      const near = await connected(url, { transports: [...list] });
      const far = await connected(url, { transports: [...list], path: '/far/socket.io' });
      expect([await near.emitWithAck('echo', 'near'), await far.emitWithAck('echo', 'far')]).toEqual(['near', 'far']);
      expect(mount.io.engine.clientsCount).toBe(1);
    });
  });
});

/** Listens on a Unix socket, for the length of the test. */
async function listenOnPath(server: http.Server): Promise<Upstream> {
  const folder = mkdtempSync(join(tmpdir(), 'sio-socket-'));
  const path = join(folder, 'app.sock');
  server.listen(path);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return path;
}
