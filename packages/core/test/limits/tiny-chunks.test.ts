import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ChildServer, certificate, childServer, fetchAnswer, openWebTransport, upgradeLines } from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';

/** Bytes by which the process may grow for one message of 900 kB that has not ended: kept one by one its bytes take ten times as much. */
const ROOM = 24_000_000;
const LENGTH = 900_000;

const start = (options: object = {}): Promise<ChildServer> =>
  childServer({
    heap: 1024,
    options: {
      transports: ['polling', 'websocket', 'webtransport'],
      pingInterval: 600_000,
      maxControlFrames: 1e9,
      ...options,
    },
    setup: new URL('./processes/collecting.mjs', import.meta.url),
  });

/** Bytes by which the process grows while `attack` is under way. */
async function growth(
  server: ChildServer,
  attack: () => Promise<unknown>,
  measure: 'rss' | 'held' = 'rss',
): Promise<number> {
  const before = await server.memory();
  await attack();
  return (await server.memory())[measure] - before[measure];
}

async function send(socket: Socket, bytes: Buffer): Promise<void> {
  if (!socket.write(bytes)) await once(socket, 'drain');
}

function dial(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** A POST in chunks of one byte that does not end. */
async function postInBytes(server: ChildServer, path: string, type: string, first: string): Promise<void> {
  const read = await server.call<number>('read');
  const socket = dial(server.port);
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const body = `${first}${'x'.repeat(LENGTH - first.length)}`;
  const pieces = Buffer.from(head + Array.from(body, (character) => `1\r\n${character}\r\n`).join(''));
  socket.write(pieces);
  while ((await server.call<number>('read')) < read + pieces.length)
    await new Promise((resolve) => setImmediate(resolve));
}

const TEXT = 'text/plain;charset=UTF-8';
const FORM = 'application/x-www-form-urlencoded';

/** Where a client posts, as what, and how the body begins. */
const POSTS: Record<string, readonly [handshake: string, post: (sid: string) => string, type: string, first: string]> =
  {
    'Engine.IO 4': ['?EIO=4&transport=polling', (sid) => `?EIO=4&transport=polling&sid=${sid}`, TEXT, '4'],
    'Engine.IO 4 over JSONP': [
      '?EIO=4&transport=polling&j=0',
      (sid) => `?EIO=4&transport=polling&j=0&sid=${sid}`,
      FORM,
      'd=4',
    ],
    'Engine.IO 3': ['?EIO=3&transport=polling', (sid) => `?EIO=3&transport=polling&sid=${sid}`, TEXT, '899990:4'],
    'Engine.IO 3 in bytes': [
      '?EIO=3&transport=polling',
      (sid) => `?EIO=3&transport=polling&sid=${sid}`,
      'application/octet-stream',
      '\x00',
    ],
    '0.9': ['1/', (sid) => `1/xhr-polling/${sid}`, TEXT, '3:::'],
    '0.9 over JSONP': ['1/?jsonp=0', (sid) => `1/jsonp-polling/${sid}`, FORM, 'd='],
    '0.9 over htmlfile': ['1/', (sid) => `1/htmlfile/${sid}`, TEXT, '3:::'],
  };

const LEGACY = ['htmlfile', 'xhr-polling', 'jsonp-polling'];

async function openSession({ url }: ChildServer, handshake: string): Promise<string> {
  const { body } = await fetchAnswer(`${url}/socket.io/${handshake}`);
  return /\\?"sid\\?":\\?"([\w-]+)/.exec(body)?.[1] ?? /([\w-]{20}):/.exec(body)![1]!;
}

describe('a message that comes byte by byte takes no more memory than its bytes', () => {
  it.each(Object.entries(POSTS))(
    'in a POST of %s',
    async (_version, [handshake, path, type, first]) => {
      const server = await start({ legacyTransports: LEGACY });
      const sid = await openSession(server, handshake);
      const attack = () => postInBytes(server, `/socket.io/${path(sid)}`, type, first);
      expect(await growth(server, attack)).toBeLessThan(ROOM);
    },
    120_000,
  );

  it('in a frame of WebTransport', async () => {
    const server = await start();
    const { cert, key } = certificate();
    const port = await server.call<number>('startWebTransport', { cert: String(cert), key: String(key) });
    const peer = await openWebTransport(port, cert);
    await peer.say('0');
    await peer.next();
    // The header of a text of 900 kB.
    const head = Buffer.from([0x7f, 0, 0, 0, 0, 0, 0x0d, 0xbb, 0xa0]);
    const attack = async () => {
      await peer.writer.write(head);
      for (let n = 0; n < 100_000; n++) await peer.writer.write(Buffer.from('x'));
      while ((await server.call<number>('received')) < 100_000) await new Promise((resolve) => setImmediate(resolve));
    };
    // The library itself takes 25 MB of resident memory for a session, and gives them back later.
    expect(await growth(server, attack, 'held')).toBeLessThan(ROOM / 4);
  }, 120_000);
});

/** A frame masked with zeros. */
function frame(first: number, payload: Buffer | string): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([Buffer.of(first, 0x80 | bytes.length, 0, 0, 0, 0), bytes]);
}

/** Bytes. */
const READ = 65_536;
const FRAGMENTS = 700;

describe('fragments of one byte take no more memory than they carry, whatever comes between them', () => {
  it.each([
    ['plain', [], {}],
    ['with permessage-deflate', ['Sec-WebSocket-Extensions: permessage-deflate'], { perMessageDeflate: true }],
  ])(
    '%s',
    async (_how, more, options) => {
      const server = await start(options);
      const socket = dial(server.port);
      socket.write(`${upgradeLines('/socket.io/?EIO=4&transport=websocket', ...more).join('\r\n')}\r\n\r\n`);
      await once(socket, 'data');
      const between = Buffer.concat(Array.from({ length: READ / 131 }, () => frame(0x8a, 'x'.repeat(125))));
      const attack = async () => {
        await send(socket, frame(0x01, '4'));
        for (let n = 0; n < FRAGMENTS; n++) await send(socket, Buffer.concat([frame(0x00, 'x'), between]));
        const sent = FRAGMENTS * (between.length + 7);
        while ((await server.call<number>('received')) < sent) await new Promise((resolve) => setImmediate(resolve));
      };
      expect(await growth(server, attack)).toBeLessThan(ROOM);
      expect(await server.call<number>('clients')).toBe(1);
    },
    120_000,
  );
});
