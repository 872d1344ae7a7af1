import { execFile } from 'node:child_process';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { Namespace } from '@sio/core';
import { FRAMEWORKS, failOnStrayErrors, RawTcpClient, startServer, upgradeLines } from '@sio/test-kit';
import { service } from '@sio/test-kit/services';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }
}

const OFFERS = {
  h2c: ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
  'HTTP/2.0': ['Connection: Upgrade', 'Upgrade: HTTP/2.0'],
  'TLS/1.2, h2c': ['Connection: keep-alive, Upgrade', 'Upgrade: TLS/1.2, h2c'],
} as const;

/** One request, on a connection that stays open, and its answer. */
async function ask(client: RawTcpClient, method: string, target: string, offer: readonly string[], body?: string) {
  client.text = '';
  const length = body === undefined ? [] : [`Content-Length: ${body.length}`, 'Content-Type: text/plain'];
  client.send(`${method} ${target} HTTP/1.1`, 'Host: localhost', ...offer, ...length);
  if (body !== undefined) client.socket.write(body);
  await client.until('\r\n\r\n');
  const size = Number(/content-length: (\d+)/i.exec(client.text)?.[1]);
  const start = client.text.indexOf('\r\n\r\n') + 4;
  while (client.text.length < start + size) await new Promise((resolve) => client.socket.once('data', resolve));
  return { head: client.text.slice(0, start), body: client.text.slice(start) };
}

const curl = service('curl');
const run = promisify(execFile);

describe.each(FRAMEWORKS)('on %s', (framework) => {
  failOnStrayErrors();

  async function start() {
    return startServer({ framework, namespaces: { '/': Echo }, pingInterval: 60_000 });
  }

  describe.each(Object.entries(OFFERS))('a client that offers %s', (_name, offer) => {
    test.each([3, 4])('makes a connection of Engine.IO %i by polling, talks and is answered', async (revision) => {
      const { port } = await start();
      const client = new RawTcpClient(port);
      const target = `/socket.io/?EIO=${revision}&transport=polling&b64=1`;
      const hello = await ask(client, 'GET', target, offer);
      expect(hello.head).toMatch(/^HTTP\/1.1 200 OK\r\n/);
      const sid = /"sid":"([^"]+)"/.exec(hello.body)?.[1];
      const session = `${target}&sid=${sid}`;
      const post = (packet: string) => (revision === 3 ? `${packet.length}:${packet}` : packet);
      if (revision === 4) await ask(client, 'POST', session, offer, '40');
      // The request may be the first of a connection, or a later one.
      for (const connection of [client, new RawTcpClient(port)]) {
        expect((await ask(connection, 'POST', session, offer, post('420["echo","hi"]'))).body).toBe('ok');
      }
      let polled = '';
      while (!polled.includes('430["hi"]')) polled += (await ask(client, 'GET', session, offer)).body;
      expect(polled).toContain('430["hi"]');
    });

    test('makes a connection of Socket.IO 0.9, and gets the script of the client', async () => {
      const { port } = await start();
      const client = new RawTcpClient(port);
      expect((await ask(client, 'GET', '/socket.io/1/', offer)).body).toMatch(/^[\w=-]+:\d+:\d+:/);
      expect((await ask(client, 'GET', '/socket.io/socket.io.min.js', offer)).head).toContain('javascript');
    });
  });

  test('any number of offers on one connection leave nothing behind', async () => {
    const { port, http } = await start();
    const accepted: Socket[] = [];
    http.on('connection', (socket: Socket) => accepted.push(socket));
    const client = new RawTcpClient(port);
    const listeners = () => accepted[0]!.eventNames().map((event) => accepted[0]!.listenerCount(event));
    const count = () => listeners().reduce((sum, each) => sum + each, 0);
    const target = '/socket.io/?EIO=4&transport=polling&sid=unknown';
    await ask(client, 'GET', target, OFFERS.h2c);
    const once = count();
    for (let i = 0; i < 20; i++) await ask(client, 'GET', target, OFFERS.h2c);
    expect([accepted.length, count()]).toEqual([1, once]);
  });

  test('a handshake by polling that offers an unknown protocol is a handshake', async () => {
    const { port } = await start();
    // The mount has been seen.
    await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`);
    const offer = ['Connection: Upgrade', 'Upgrade: my-protocol/3'];
    const client = new RawTcpClient(port);
    expect((await ask(client, 'GET', '/socket.io/?EIO=4&transport=polling', offer)).body).toMatch(/^0\{"sid"/);
  });

  test.each(['websocket', 'WebSocket', 'h2c, websocket'])(
    'a handshake with Upgrade: %s is no poll',
    async (upgrade) => {
      const { port } = await start();
      const lines = upgradeLines('/socket.io/?EIO=4&transport=polling').filter((line) => !line.startsWith('Upgrade'));
      const client = new RawTcpClient(port).send(...lines, `Upgrade: ${upgrade}`);
      expect(await client.closed()).toMatch(/^HTTP\/1.1 400 /);
    },
  );

  test('a WebSocket is refused where the client asks for another protocol', async () => {
    const { port } = await start();
    await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`);
    const answer = await ask(new RawTcpClient(port), 'GET', '/socket.io/?EIO=4&transport=websocket', OFFERS.h2c);
    expect(answer.head).toMatch(/^HTTP\/1.1 400 /);
  });

  test('an offer works beside another WebSocket library, also with the first request', async () => {
    const { port, http } = await start();
    new WebSocketServer({ server: http, path: '/other' });
    const client = new RawTcpClient(port);
    const hello = await ask(client, 'GET', '/socket.io/?EIO=4&transport=polling', OFFERS.h2c);
    expect(hello.body).toMatch(/^0\{"sid"/);
  });

  test('a request that is sent behind a held poll and offers HTTP/2 ends the connection', async () => {
    const { port } = await start();
    const target = '/socket.io/?EIO=4&transport=polling';
    const client = new RawTcpClient(port);
    const hello = await ask(client, 'GET', target, []);
    const sid = /"sid":"([^"]+)"/.exec(hello.body)?.[1];
    client.send(`GET ${target}&sid=${sid} HTTP/1.1`, 'Host: localhost');
    client.send(`GET ${target} HTTP/1.1`, 'Host: localhost', ...OFFERS.h2c);
    await client.closed();
  });

  test.skipIf(!curl)('curl --http2 connects, polls and posts', async () => {
    const { url } = await start();
    const ask = async (...args: string[]) => (await run(curl!, ['-sS', '--http2', '--max-time', '20', ...args])).stdout;
    const target = `${url}/socket.io/?EIO=4&transport=polling`;
    const hello = await ask(target);
    const session = `${target}&sid=${JSON.parse(hello.slice(1)).sid}`;
    expect(await ask('-H', 'content-type: text/plain', '-d', '40', session)).toBe('ok');
    expect(await ask(session)).toMatch(/^40\{"sid"/);
    const large = 'x'.repeat(50_000);
    expect(await ask('-H', 'content-type: text/plain', '-d', `420["echo","${large}"]`, session)).toBe('ok');
    expect(await ask(session)).toBe(`430["${large}"]`);
  });
});
