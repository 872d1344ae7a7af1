import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  type ChildServer,
  certificate,
  childServer,
  fetchAnswer,
  openWebTransport,
  postInBytes,
  upgradeLines,
} from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';

/** Bytes by which the process may grow for one message of 900 kB that has not ended: kept one by one its bytes take ten times as much. */
const ROOM = 24_000_000;
const LENGTH = 900_000;

const collectingServer = (options: object = {}): Promise<ChildServer> =>
  childServer({
    heap: 1024,
    options: {
      transports: ['polling', 'websocket', 'webtransport'],
      pingInterval: 600_000,
      maxControlFrames: 1e9,
      maxBufferedChunks: 1e9,
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
      const server = await collectingServer({ legacyTransports: LEGACY });
      const sid = await openSession(server, handshake);
      const attack = () => postInBytes(server, { path: `/socket.io/${path(sid)}`, type, first, length: LENGTH });
      expect(await growth(server, attack)).toBeLessThan(ROOM);
    },
    120_000,
  );

  it('in a frame of WebTransport', async () => {
    const server = await collectingServer();
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

const SERVERS = [
  ['read here', [], {}],
  [
    'read by ws, with permessage-deflate',
    ['Sec-WebSocket-Extensions: permessage-deflate'],
    { perMessageDeflate: true },
  ],
] as const;

/** A WebSocket as this protocol version opens it, on a bare TCP connection. */
async function openWebSocket(server: ChildServer, version: string, more: readonly string[]): Promise<Socket> {
  const path =
    version === '0.9'
      ? `1/websocket/${await openSession(server, '1/')}`
      : `?EIO=${version.slice(-1)}&transport=websocket`;
  const socket = dial(server.port);
  socket.setNoDelay();
  socket.write(`${upgradeLines(`/socket.io/${path}`, ...more).join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}

const VERSIONS = ['Engine.IO 4', 'Engine.IO 3', '0.9'];

describe.each(VERSIONS)(
  'fragments of %s with one byte take no more memory than they carry, whatever comes between',
  (version) => {
    it.each(SERVERS)(
      '%s',
      async (_how, more, options) => {
        const server = await collectingServer(options);
        const socket = await openWebSocket(server, version, more);
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
  },
);

/** Sends bytes one by one on each socket, so that the server reads them one by one. */
async function dribble(server: ChildServer, sockets: readonly Socket[], bytes: Buffer): Promise<void> {
  let read = await server.call<number>('read');
  for (const byte of bytes) {
    for (const socket of sockets) socket.write(Buffer.of(byte));
    read += sockets.length;
    while ((await server.call<number>('read')) < read) await new Promise((resolve) => setImmediate(resolve));
  }
}

const SOCKETS = 20;
const READS = 1500;
/** Bytes for all that is read: each piece of its own would take two hundred or more. */
const DRIBBLED = SOCKETS * READS * 100;

describe('bytes that come one by one take no more memory than bytes', () => {
  it.each(VERSIONS.flatMap((version) => SERVERS.map(([how, more, options]) => [version, how, more, options] as const)))(
    'in one frame of a WebSocket of %s that is %s',
    async (version, _how, more, options) => {
      const server = await collectingServer(options);
      const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => openWebSocket(server, version, more)));
      // The header of a text of 60 kB, masked with zeros.
      for (const socket of sockets) socket.write(Buffer.of(0x81, 0xfe, 0xea, 0x60, 0, 0, 0, 0));
      const attack = () => dribble(server, sockets, Buffer.alloc(READS, 'x'));
      expect(await growth(server, attack, 'held')).toBeLessThan(DRIBBLED);
    },
    120_000,
  );

  it.each([
    'GET /socket.io/?EIO=4&transport=polling',
    'POST /socket.io/?EIO=4&transport=polling&sid=none',
    'GET /elsewhere',
  ])(
    'in the head of %s',
    async (line) => {
      const server = await collectingServer();
      const sockets = Array.from({ length: SOCKETS }, () => dial(server.port).setNoDelay());
      const head = `${line} HTTP/1.1\r\nHost: localhost\r\n${'X-Short: 1\r\n'.repeat(60)}X-Long: `.padEnd(READS, 'x');
      const attack = () => dribble(server, sockets, Buffer.from(head));
      expect(await growth(server, attack, 'held')).toBeLessThan(DRIBBLED);
    },
    120_000,
  );
});
