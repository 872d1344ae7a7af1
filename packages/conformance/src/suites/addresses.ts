import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connected, fetchAnswer, RawTcpClient, RawWebSocket, refusedUpgrade } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AppWishes, Echo, type ServeApp } from './serve.js';

const HANDSHAKES = {
  'Engine.IO 4': '/socket.io/?EIO=4&transport=polling',
  'Engine.IO 3': '/socket.io/?EIO=3&transport=polling',
  'Socket.IO 0.9': '/socket.io/1/?t=1',
} as const;
const WEBSOCKET = '/socket.io/?EIO=4&transport=websocket';

/** The header in which a proxy tells of a client: it adds the address that it has seen to what the client claims. */
const from = (address: string) => ({ 'x-forwarded-for': address });

/** Declares the tests of shares per address, as each framework learns the address from a proxy that it trusts. */
export function addressSuite(serveApp: ServeApp): void {
  async function serve(trusting: boolean, options: AppWishes['options']): Promise<string> {
    // The end of the test would wait for handshakes of 0.9 that have no transport yet.
    const drain = { deadline: 10, jitter: 0 };
    const http = await serveApp({
      namespaces: { '/': Echo },
      prefix: '',
      trusting,
      hops: 1,
      options: { ...options, drain },
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    onTestFinished(() => {
      http.closeAllConnections();
      http.close();
    });
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }

  const shake = async (url: string, path: string, address: string) =>
    (await fetchAnswer(url + path, { headers: from(address) })).status;

  describe.each(Object.entries(HANDSHAKES))('the connections of an address, by handshakes of %s,', (_name, path) => {
    test('are counted by the word of a proxy that the app trusts', async () => {
      const url = await serve(true, { maxConnectionsPerAddress: 2 });
      expect(await shake(url, path, '203.0.113.7')).toBe(200);
      expect(await shake(url, path, '203.0.113.7')).toBe(200);
      expect(await shake(url, path, '203.0.113.7')).toBe(429);
      expect(await shake(url, path, '203.0.113.8')).toBe(200);
    });

    test('are those of the connection where the app trusts no proxy', async () => {
      const url = await serve(false, { maxConnectionsPerAddress: 2 });
      expect(await shake(url, path, '203.0.113.7')).toBe(200);
      expect(await shake(url, path, '203.0.113.8')).toBe(200);
      expect(await shake(url, path, '203.0.113.9')).toBe(429);
    });

    test('are those of its /64 network of IPv6', async () => {
      const url = await serve(true, { maxConnectionsPerAddress: 2 });
      expect(await shake(url, path, '2001:db8:1:2::1')).toBe(200);
      expect(await shake(url, path, '2001:db8:1:2:ffff:ffff:ffff:ffff')).toBe(200);
      expect(await shake(url, path, '2001:0db8:0001:0002:3::')).toBe(429);
      expect(await shake(url, path, '2001:db8:1:3::1')).toBe(200);
    });

    test('are the same whether or not the proxy tells the port as well', async () => {
      const url = await serve(true, { maxConnectionsPerAddress: 2 });
      expect(await shake(url, path, '203.0.113.7:4001')).toBe(200);
      expect(await shake(url, path, '203.0.113.7:4002')).toBe(200);
      expect(await shake(url, path, '203.0.113.7')).toBe(429);
    });

    test('cannot be given to another address by what a client says to the proxy', async () => {
      const url = await serve(true, { maxConnectionsPerAddress: 2 });
      for (const [n, status] of [200, 200, 429].entries())
        expect(await shake(url, path, `198.51.100.${n}, 203.0.113.7`)).toBe(status);
    });
  });

  test('WebSockets count for the address that a trusted proxy tells', async () => {
    const url = await serve(true, { maxConnectionsPerAddress: 2 });
    for (let n = 0; n < 2; n++) await RawWebSocket.open(url + WEBSOCKET, { headers: from('203.0.113.7') });
    expect(await refusedUpgrade(url + WEBSOCKET, { headers: from('203.0.113.7') })).toMatchObject({ status: 429 });
    await RawWebSocket.open(url + WEBSOCKET, { headers: from('203.0.113.8') });
  });

  /** Places for connections that have not joined. */
  const PLACES = 50;

  /** Handshakes without end, pipelined on one TCP connection. @param addressOf what the proxy tells of the n-th */
  function besiege(url: string, addressOf: (n: number) => string) {
    const raw = new RawTcpClient(Number(new URL(url).port));
    let asked = 0;
    let isOver = false;
    const ask = (count: number) => {
      for (let n = 0; n < count; n++, asked++)
        raw.send(`GET ${HANDSHAKES['Engine.IO 4']} HTTP/1.1`, 'Host: x', `X-Forwarded-For: ${addressOf(asked)}`);
    };
    const answers = () => raw.text.split('HTTP/1.1 ').length - 1;
    ask(2 * PLACES);
    const full = (async () => {
      while (answers() < 2 * PLACES) await once(raw.socket, 'data');
    })();
    const over = full.then(async () => {
      while (!isOver) {
        const until = answers() + PLACES;
        ask(PLACES);
        while (answers() < until && !isOver) await once(raw.socket, 'data');
      }
    });
    return {
      full,
      end: () => {
        isOver = true;
        return over;
      },
    };
  }

  describe.each([
    ['one address', () => '203.0.113.7'],
    ['any number of addresses of one network', (n: number) => `2001:db8:1:2::${(n + 1).toString(16)}`],
    ['a client that claims another address each time', (n: number) => `198.51.100.${n % 250}, 203.0.113.7`],
  ])('while %s takes all places of connections that join nothing', (_who, addressOf) => {
    test('every newcomer gets in at its first attempt', async () => {
      const url = await serve(true, { maxUnjoinedConnections: PLACES });
      const attack = besiege(url, addressOf);
      await attack.full;
      let entered = 0;
      for (const transport of ['websocket', 'polling'] as const) {
        for (let n = 0; n < 3; n++) {
          const extraHeaders = from(`192.0.2.${n}`);
          const socket = await connected(url, { transports: [transport], extraHeaders });
          expect(await socket.emitWithAck('echo', n)).toBe(n);
          entered++;
        }
      }
      const { body } = await fetchAnswer(url + HANDSHAKES['Socket.IO 0.9'], { headers: from('192.0.2.9') });
      const poll = await fetchAnswer(`${url}/socket.io/1/xhr-polling/${body.split(':')[0]}?t=1`, {
        headers: from('192.0.2.9'),
      });
      if (poll.body === '1::') entered++;
      await attack.end();
      expect(entered).toBe(7);
    });
  });
}
