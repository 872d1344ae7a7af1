import { runInNewContext } from 'node:vm';
import { Server } from '@sio/core';
import {
  bystander,
  connect,
  failOnStrayErrors,
  joinByWebSocket,
  PROFILES,
  RARE_PROFILES,
  RawWebSocket,
  type Running,
  rawClient,
  serverFor,
  startEcho,
  startServer,
} from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

failOnStrayErrors();

const BYTES = Buffer.from([0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0]);
const memory = () => Uint8Array.from(BYTES).buffer;

/** Forms of the same eight bytes. */
const BINARY: Record<string, () => ArrayBufferView | ArrayBufferLike> = {
  'a Buffer': () => BYTES,
  'a Uint8Array': () => new Uint8Array(memory()),
  'an Int8Array': () => new Int8Array(memory()),
  'an Int32Array': () => new Int32Array(memory()),
  'a Float64Array': () => new Float64Array(memory()),
  'a BigInt64Array': () => new BigInt64Array(memory()),
  'a part of a DataView': () => new DataView(Uint8Array.from([0, ...BYTES, 0]).buffer, 1, 8),
  'a part of a Uint16Array': () => new Uint16Array(Uint8Array.from([0, 0, ...BYTES, 0, 0]).buffer, 2, 4),
  'a DataView': () => new DataView(memory()),
  'an ArrayBuffer': memory,
  'a SharedArrayBuffer': () => {
    const shared = new SharedArrayBuffer(8);
    new Uint8Array(shared).set(BYTES);
    return shared;
  },
  "another realm's ArrayBuffer": () => runInNewContext(`Uint8Array.from([${[...BYTES]}]).buffer`) as ArrayBuffer,
  "another realm's Uint8Array": () => runInNewContext(`Uint8Array.from([${[...BYTES]}])`) as Uint8Array,
};

const TEXTS: readonly (readonly [unknown, string])[] = [
  ['hello', 'hello'],
  [5, '5'],
  [true, 'true'],
  [7n, '7'],
  [null, ''],
  [undefined, ''],
];

const UNWRITABLE: readonly unknown[] = [{}, [], Symbol('x'), () => {}, new Date(), new Map()];

describe('a raw message of the application', () => {
  it.each(Object.entries(BINARY))('arrives as its bytes when it is %s', async (_form, make) => {
    const server = await startEcho();
    const ws = await joinByWebSocket(server);
    const [conn] = [...server.io.engine.clients.values()];
    conn!.send(make());
    expect(await ws.next()).toEqual(BYTES);
  });

  it.each(TEXTS)('arrives as text when it is %s', async (data, text) => {
    const server = await startEcho();
    const ws = await joinByWebSocket(server);
    const [conn] = [...server.io.engine.clients.values()];
    conn!.send(data as string);
    expect(await ws.next()).toBe(`4${text}`);
  });

  it.each([...PROFILES, ...RARE_PROFILES])('is refused at the call when it cannot be encoded (%s)', async (profile) => {
    const server = await serverFor(profile, {
      legacyTransports: ['websocket', 'flashsocket', 'htmlfile', 'xhr-multipart', 'xhr-polling', 'jsonp-polling'],
    });
    const client = await rawClient(server, profile);
    const conn = server.io.engine.clients.get(client.sid)!;
    for (const data of UNWRITABLE) expect(() => conn.send(data as string)).toThrow(TypeError);
    for (const [data] of TEXTS) conn.write(data as string);
    for (const make of Object.values(BINARY)) conn.send(make());
    expect(conn.readyState).toBe('open');
  });
});

/** How a message of bytes arrives by each transport. */
const WIRES: Record<string, (server: Running, send: (sid: string) => void) => Promise<Buffer>> = {
  'WebSocket of Engine.IO 3': async ({ url }, send) => {
    const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=3&transport=websocket`);
    const { sid } = JSON.parse(String(await ws.next()).slice(1));
    await ws.next();
    send(sid);
    const frame = (await ws.next()) as Buffer;
    expect(frame[0]).toBe(4);
    return frame.subarray(1);
  },
  'polling of Engine.IO 4': (server, send) => polled(server, 'EIO=4', send, /b([\w+/=]+)$/),
  'JSONP of Engine.IO 4': (server, send) => polled(server, 'EIO=4&j=0', send, /\("b([^"]+)"\);$/),
  'polling of Engine.IO 3, as text': (server, send) => polled(server, 'EIO=3&b64=1', send, /14:b4(.+)$/),
  'JSONP of Engine.IO 3': (server, send) => polled(server, 'EIO=3&j=0', send, /14:b4([^"]+)"\);$/),
  'polling of Engine.IO 3, as bytes': async (server, send) => {
    const body = await answerOf(server, 'EIO=3', send);
    const header = Buffer.of(1, 9, 255, 4);
    return body.subarray(body.lastIndexOf(header) + header.length);
  },
};

async function polled(server: Running, query: string, send: (sid: string) => void, base64: RegExp): Promise<Buffer> {
  const body = String(await answerOf(server, query, send));
  return Buffer.from(base64.exec(body)![1]!, 'base64');
}

/** The poll that carries the message, which may come with others. */
async function answerOf({ url }: Running, query: string, send: (sid: string) => void): Promise<Buffer> {
  const base = `${url}/socket.io/?${query}&transport=polling`;
  const read = async (target: string) => Buffer.from(await (await fetch(target)).arrayBuffer());
  const sid = /sid\\?":\\?"([\w-]+)/.exec((await read(base)).toString('latin1'))![1]!;
  send(sid);
  return read(`${base}&sid=${sid}`);
}

describe.each(Object.entries(WIRES))('over %s', (_wire, receive) => {
  it.each(Object.entries(BINARY))('a raw message arrives as its bytes when it is %s', async (_form, make) => {
    const server = await startEcho();
    const received = await receive(server, (sid) => void server.io.engine.clients.get(sid)!.send(make()));
    expect(received).toEqual(BYTES);
  });
});

it.each(Object.entries(BINARY))(
  'over WebTransport a raw message arrives as its bytes when it is %s',
  async (_form, make) => {
    const profile = [...PROFILES, ...RARE_PROFILES].find(({ transport }) => transport === 'webtransport')!;
    const server = await serverFor(profile, {});
    const client = await rawClient(server, profile);
    expect(await client.peer!.next()).toMatch(/^40/);
    server.io.engine.clients.get(client.sid)!.send(make());
    expect(await client.peer!.nextFrame()).toEqual(BYTES);
  },
);

describe('a message with a WebSocket frame that the application has made', () => {
  const pieces = (text: string) => [Buffer.of(0x81, text.length), text];

  it.each([4, 3] as const)('is sent as that frame by WebSocket (Engine.IO %i)', async (revision) => {
    const server = await startEcho();
    const ws = await RawWebSocket.open(`${server.url}/socket.io/?EIO=${revision}&transport=websocket`);
    const opened = await ws.next();
    expect(opened).toMatch(/^0/);
    if (revision === 3) expect(await ws.next()).toBe('40');
    const [conn] = [...server.io.engine.clients.values()];
    conn!.send('before').send('as it is', { wsPreEncodedFrame: pieces('4as it was made') });
    conn!.send('after');
    expect([await ws.next(), await ws.next(), await ws.next()]).toEqual(['4before', '4as it was made', '4after']);
  });

  it('is sent as the message by any other transport', async () => {
    const server = await startEcho();
    const base = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(base)).text()).slice(1));
    server.io.engine.clients.get(sid)!.send('as it is', { wsPreEncodedFrame: pieces('4as it was made') });
    expect(await (await fetch(`${base}&sid=${sid}`)).text()).toBe('4as it is');
  });
});

describe('an initialPacket', () => {
  it.each(Object.entries(BINARY))('can be %s', async (_form, make) => {
    const server = await startEcho({ initialPacket: make() });
    const other = await bystander(server).catch(() => undefined);
    expect(other).toBeUndefined();
    const polling = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
    expect((await polling.text()).split('\x1e')[1]).toBe(`b${BYTES.toString('base64')}`);
  });

  it.each([5, {}, true, null, Symbol('x')])('is refused when the server is made if it is %s', (packet) => {
    expect(() => new Server({ initialPacket: packet as never })).toThrow(/initialPacket/);
  });
});

describe("another realm's values in an event", () => {
  it.each(['4.8.4', '2.5.0', '0.9.17'] as const)('arrive as those of ours at client %s', async (version) => {
    const server = await startServer();
    server.io.on('connection', (socket) => {
      const foreign = runInNewContext(
        '({ bytes: Uint8Array.from([1, 2]).buffer, view: Uint8Array.from([3]), at: new Date(0), list: [1] })',
      );
      socket.on('ask', (ack) => ack(foreign));
    });
    const client = await connect(version, server.url, 'websocket');
    const [answer] = (await client.ask('ask')) as [{ bytes: unknown; view: unknown; at: string; list: number[] }];
    expect(answer.at).toBe('1970-01-01T00:00:00.000Z');
    expect(answer.list).toEqual([1]);
    if (version !== '0.9.17')
      expect([Buffer.from(answer.bytes as Buffer), Buffer.from(answer.view as Buffer)]).toEqual([
        Buffer.of(1, 2),
        Buffer.of(3),
      ]);
    else expect(answer.bytes).toEqual({ _base64: 'AQI=' });
  });
});
