import { once } from 'node:events';
import { connect as dial, type Socket as NetSocket } from 'node:net';
import { childServer, connect, fetchAnswer, RawWebSocket, startServer } from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';

const HANDSHAKES = {
  'Engine.IO 4': '/socket.io/?EIO=4&transport=polling',
  'Engine.IO 3': '/socket.io/?EIO=3&transport=polling',
  'Engine.IO 4 by JSONP': '/socket.io/?EIO=4&transport=polling&j=0',
  'Socket.IO 0.9': '/socket.io/1/?t=1',
} as const;

/** Bytes of a head, just below what Node takes. */
const HEAD = 14_000;
const MEGABYTE = 1024 * 1024;

/** Requests that carry as much as Node lets through, each in a way of its own. */
const SHAPES = {
  'one long header': (path: string, n: number) => head(path, [`X-Long: ${String(n).padEnd(HEAD, 'x')}`]),
  'a thousand short headers': (path: string, n: number) =>
    head(
      path,
      Array.from({ length: 950 }, (_, at) => `x${at}: ${n % 10}${at}`),
    ),
  'a long query': (path: string, n: number) => head(`${path}&q=${String(n).padEnd(HEAD, 'x')}`, []),
} as const;

function head(path: string, headers: readonly string[]): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
}

/** One TCP connection that asks for handshakes without waiting for their answers. */
class Attacker {
  readonly #socket: NetSocket;
  #answers = 0;
  #tail = '';

  constructor(port: number) {
    this.#socket = dial(port, '127.0.0.1');
    this.#socket.on('error', () => {});
    this.#socket.on('data', (chunk) => this.#count(chunk.toString('latin1')));
    onTestFinished(() => void this.#socket.destroy());
  }

  #count(text: string): void {
    const parts = (this.#tail + text).split('HTTP/1.1 ');
    this.#answers += parts.length - 1;
    this.#tail = parts.at(-1)!.slice(-8);
  }

  /** Asks `count` times; resolves when all are answered. */
  async shake(count: number, request: (n: number) => string): Promise<void> {
    const until = this.#answers + count;
    for (let n = 0; n < count; n++) if (!this.#socket.write(request(n))) await once(this.#socket, 'drain');
    while (this.#answers < until) await once(this.#socket, 'data');
  }
}

describe.each(Object.entries(HANDSHAKES))('handshakes of %s that join nothing further', (_name, path) => {
  it.each(Object.entries(SHAPES))(
    'with %s leave the process within its memory',
    async (_shape, request) => {
      const server = await childServer({ heap: 1024, options: { maxUnjoinedBytes: 8 * MEGABYTE } });
      const attacker = new Attacker(server.port);
      const ask = (n: number) => request(path, n);
      await attacker.shake(100, ask);
      const before = await server.memory();
      await attacker.shake(1000, ask);
      const after = await server.memory();
      expect(after.held - before.held).toBeLessThan(9 * MEGABYTE);
      await connect('4.8.4', server.url, { transports: ['websocket'] }).next('connect');
    },
    120_000,
  );
});

it('eight thousand pipelined handshakes with long heads do not exhaust a heap of half a GiB', async () => {
  const server = await childServer({ heap: 512 });
  const request = SHAPES['a thousand short headers'];
  await new Attacker(server.port).shake(8000, (n) => request(HANDSHAKES['Engine.IO 4'], n));
  const { rss, peakRss } = await server.memory();
  expect(rss).toBeLessThan(400 * MEGABYTE);
  expect(peakRss).toBeLessThan(512 * MEGABYTE);
}, 180_000);

it('connections that break the protocol before they join anything are kept no longer than others', async () => {
  const server = await startServer({ maxUnjoinedConnections: 10 });
  const base = `${server.url}${HANDSHAKES['Engine.IO 4']}`;
  for (let n = 0; n < 50; n++) {
    const { body, status } = await fetchAnswer(base);
    if (status !== 200) continue;
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    await fetchAnswer(`${base}&sid=${sid}`, { method: 'POST', body: '9' });
  }
  expect(server.io.engine.clients.size).toBeLessThanOrEqual(10);
});

/** Asks for handshakes until it is told to stop. */
async function attackUntil(attacker: Attacker, request: (n: number) => string, isOver: () => boolean): Promise<void> {
  for (let n = 0; !isOver(); n += 50) await attacker.shake(50, (at) => request(n + at));
}

const NEWCOMERS = [
  ['4.8.4', 'websocket'],
  ['4.8.4', 'polling'],
  ['2.5.0', 'websocket'],
  ['2.5.0', 'polling'],
  ['0.9.17', 'websocket'],
  ['0.9.17', 'xhr-polling'],
] as const;

describe('while one connection takes every place for handshakes that join nothing further', () => {
  it.each(Object.keys(SHAPES) as (keyof typeof SHAPES)[])(
    'newcomers of every protocol version get in, also from the same address (%s)',
    async (shape) => {
      const server = await childServer({ heap: 1024, options: { maxUnjoinedConnections: 1000 } });
      const attacker = new Attacker(server.port);
      const request = (n: number) => SHAPES[shape](HANDSHAKES['Engine.IO 4'], n);
      await attacker.shake(1000, request);
      let isOver = false;
      const attack = attackUntil(attacker, request, () => isOver);
      let entered = 0;
      for (const [version, transport] of NEWCOMERS) {
        const client = connect(version, server.url, { transports: [transport] });
        await client.next('connect');
        entered++;
        client.disconnect();
      }
      isOver = true;
      await attack;
      expect(entered).toBe(NEWCOMERS.length);
    },
    120_000,
  );

  // Systems other than Linux have one loopback address unless they are told otherwise.
  it.runIf(process.platform === 'linux')(
    'every newcomer from another address gets in at its first attempt',
    async () => {
      const server = await childServer({ options: { maxUnjoinedConnections: 1000 } });
      const attacker = new Attacker(server.port);
      const request = (n: number) => SHAPES['one long header'](HANDSHAKES['Engine.IO 4'], n);
      await attacker.shake(1000, request);
      let isOver = false;
      const attack = attackUntil(attacker, request, () => isOver);
      const url = `${server.url}/socket.io/?EIO=4&transport=websocket`;
      for (let n = 0; n < 20; n++) {
        const ws = await RawWebSocket.open(url, { localAddress: '127.0.0.2' });
        expect(await ws.next()).toMatch(/^0/);
        expect(await ws.send('40').next()).toMatch(/^40/);
      }
      isOver = true;
      await attack;
    },
    60_000,
  );
});
