import dns from 'node:dns';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Echo, proxySuite } from '@sio/conformance/suites';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { connected, greeting, listen, majors, transports } from './support/kit.js';
import { serveWith } from './support/serve.js';

class Address extends Namespace {
  onAddress() {
    const { ip, ips, hostname, protocol } = this.request;
    return { ip, ips, hostname, protocol, address: this.handshake.address };
  }
}

describe.each(majors)('%s', (_name, major) => {
  const { fastify, load } = major;

  proxySuite(serveWith(major));

  test('listens on a Unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sio-socket-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'app.sock');
    const app = fastify();
    onTestFinished(() => app.close());
    await app.register(socketio({ '/': Echo }));
    await app.listen({ path });
    expect(await greeting(`ws+unix:${path}:/socket.io/?EIO=4&transport=websocket`)).toMatch(/^0\{"sid":/);
  });

  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };
    const extraHeaders = {
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-host': 'chat.example',
      'x-forwarded-proto': 'https',
      origin: 'https://chat.example',
    };

    test("knows the client's address, host and protocol, as trustProxy says", async () => {
      const app = fastify({ trustProxy: '127.0.0.1' });
      await app.register(socketio({ '/': Address }));
      const socket = await connected(await listen(app), { ...options, extraHeaders });
      expect(await socket.emitWithAck('address')).toEqual({
        ip: '203.0.113.7',
        ips: ['127.0.0.1', '203.0.113.7'],
        hostname: 'chat.example',
        protocol: 'https',
        address: '203.0.113.7',
      });
    });

    test('is reached through @fastify/http-proxy', async () => {
      const app = fastify();
      await app.register(socketio({ '/': Echo }));
      const front = fastify();
      await front.register(load('http-proxy'), { upstream: await listen(app), websocket: true });
      const socket = await connected(await listen(front), options);
      expect(await socket.emitWithAck('echo', 'far away')).toBe('far away');
      expect(await socket.emitWithAck('echo', Buffer.of(0, 255))).toEqual(Buffer.of(0, 255));
      socket.disconnect();
    });

    test('serves both servers of an app that listens on localhost', async () => {
      twoAddressesForLocalhost();
      const app = fastify();
      onTestFinished(() => app.close());
      await app.register(socketio({ '/': Echo }));
      const { port } = new URL(await app.listen({ port: 0, host: 'localhost' }));
      // The second server is the first to be reached.
      const urls = ['127.0.0.2', '127.0.0.1'].map((address) => `http://${address}:${port}`);
      for (const url of [...urls, urls[0]!]) {
        const socket = await connected(url, options);
        expect(await socket.emitWithAck('echo', Buffer.of(1, 2))).toEqual(Buffer.of(1, 2));
      }
      expect(app.io.engine.clientsCount).toBe(3);
      await app.close();
      expect(app.io.engine.clientsCount).toBe(0);
      for (const url of urls) await expect(fetch(url)).rejects.toThrow('fetch failed');
    });
  });
});

/** As where `localhost` is both 127.0.0.1 and ::1, which not every machine has. */
function twoAddressesForLocalhost(): void {
  const { lookup } = dns;
  const spy = vi.spyOn(dns, 'lookup') as unknown as { mockImplementation(fn: unknown): void; mockRestore(): void };
  onTestFinished(() => spy.mockRestore());
  spy.mockImplementation((...args: Parameters<typeof lookup>) => {
    const [host, options, done] = args as unknown as [
      string,
      { all?: boolean },
      (error: null, found: object[]) => void,
    ];
    if (host !== 'localhost' || !options.all) return Reflect.apply(lookup, dns, args);
    done(
      null,
      ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 })),
    );
  });
}
