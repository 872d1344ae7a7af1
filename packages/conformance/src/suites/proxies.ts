import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connected, listen, listenOnPort, refused, transports } from '@sio/test-kit';
import { type StartProxy, startApache, startCaddy, startHaproxy, startNginx } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Echo, type ServeApp } from './serve.js';

const forwardedFor = { 'x-forwarded-for': '203.0.113.7' };

const proxies: [string, StartProxy, boolean][] = [
  ['nginx', startNginx, service('nginx') === undefined],
  ['HAProxy', startHaproxy, service('haproxy') === undefined],
  ['Apache', startApache, service('apache2') === undefined],
  ['Caddy', startCaddy, service('caddy') === undefined],
];

/** Declares the tests of an app behind the proxies that people put in front of it. */
export function proxySuite(serveApp: ServeApp): void {
  const serve = async (trusting: boolean) => serveApp({ namespaces: { '/': Echo }, prefix: '', trusting });

  describe.each(transports)('over %s', (_transport, list) => {
    test.each([
      ['believes a proxy that it trusts', true],
      ['believes no other', false],
    ])('%s about TLS', async (_who, trusting) => {
      const extraHeaders = { 'x-forwarded-proto': 'https' };
      const url = await listen(await serve(trusting));
      const socket = await connected(url, { transports: [...list], extraHeaders });
      expect(await socket.emitWithAck('secure')).toBe(trusting);
    });
  });

  describe.each(transports)('over %s, a page', (_transport, list) => {
    const origin = 'https://chat.example';
    const options = {
      transports: [...list],
      extraHeaders: { 'x-forwarded-host': 'chat.example', 'x-forwarded-proto': 'https', origin },
    };

    test('is at home where a proxy that the app trusts was asked for it', async () => {
      const socket = await connected(await listen(await serve(true)), options);
      expect(await socket.emitWithAck('secure')).toBe(true);
    });

    test('is a foreign one where anybody could say so', async () => {
      const { description } = await refused(await listen(await serve(false)), options);
      expect(typeof description === 'number' ? `${description}` : description?.message).toContain('403');
    });
  });

  describe.each(proxies)('behind %s', (_proxy, startProxy, missing) => {
    describe.skipIf(missing).each(transports)('over %s', (_transport, list) => {
      const options = { transports: [...list] };

      test('knows the client as the proxy tells of it, where the app trusts the proxy', async () => {
        const url = await startProxy(await listenOnPort(await serve(true)));
        const socket = await connected(url, { ...options, extraHeaders: { ...forwardedFor, origin: url } });
        expect(await socket.emitWithAck('address')).toBe('203.0.113.7');
        const big = 'x'.repeat(200_000);
        expect(await socket.emitWithAck('echo', big)).toBe(big);
      });

      test('believes no header where the app trusts no proxy', async () => {
        const url = await startProxy(await listenOnPort(await serve(false)));
        const socket = await connected(url, { ...options, extraHeaders: forwardedFor });
        expect(await socket.emitWithAck('address')).toBe('127.0.0.1');
        const { description } = await refused(url, { ...options, extraHeaders: { origin: url } });
        expect(typeof description === 'number' ? `${description}` : description?.message).toContain('403');
      });

      test('serves on a Unix socket', async () => {
        const url = await startProxy(await listenOnPath(await serve(true)));
        const socket = await connected(url, { ...options, extraHeaders: forwardedFor });
        expect(await socket.emitWithAck('echo', Buffer.of(1, 2))).toEqual(Buffer.of(1, 2));
      });
    });

    test.skipIf(missing)('upgrades through it', async () => {
      const url = await startProxy(await listenOnPort(await serve(true)));
      const socket = await connected(url);
      if (socket.io.engine.transport.name !== 'websocket') await once(socket.io.engine as never, 'upgrade');
      expect(await socket.emitWithAck('echo', 'upgraded')).toBe('upgraded');
    });
  });
}

/** Listens on a Unix socket, for the length of the test. @returns its path */
async function listenOnPath(server: HttpServer): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sio-socket-'));
  const path = join(folder, 'app.sock');
  // Proxies run as users of their own.
  chmodSync(folder, 0o755);
  server.listen({ path, readableAll: true, writableAll: true });
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return path;
}
