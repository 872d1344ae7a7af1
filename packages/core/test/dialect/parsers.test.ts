import { createRequire } from 'node:module';
import type { Parser, ServerOptions, Socket } from '@sio/core';
import {
  collect,
  connect,
  fetchAnswer,
  RawWebSocket,
  type Running,
  startServer,
  until,
  type Version,
} from '@sio/test-kit';
import * as msgpack from 'socket.io-msgpack-parser';
import * as json from 'socket.io-parser';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
/** For clients 2.x, whose parsers call back, and write a connect as text. */
const msgpack2 = require('socket.io-msgpack-parser-2') as Parser;

const BYTES = Buffer.from([0, 1, 0x80, 0xff]);
const TEXT = 'žluť 漢字 😀';

async function startEcho(options: ServerOptions = {}): Promise<Running> {
  const running = await startServer(options);
  const serve = (socket: Socket) => {
    socket.on('echo', (value: unknown, answer: (value: unknown) => void) => answer(value));
    socket.on('question', async () => socket.emit('answered', await socket.emitWithAck('ask', TEXT)));
  };
  running.io.on('connection', serve);
  running.io.of('/chat').on('connection', serve);
  return running;
}

const TRANSPORTS = [['websocket'], ['polling'], ['polling', 'websocket']];

interface Kind {
  readonly kind: string;
  readonly version: Version;
  readonly server: ServerOptions;
  readonly client: { parser?: object };
}

/** Every packet as the text of a JSON object, which has no place for bytes. */
class TextEncoder {
  encode(packet: object): string[] {
    return [JSON.stringify(packet)];
  }
}
class TextDecoder extends json.Decoder {
  override add(text: string): void {
    this.emitReserved('decoded', JSON.parse(text));
  }
}
const text = { Encoder: TextEncoder, Decoder: TextDecoder };

/** Dates come out as what they are. */
class ReviveDates extends json.Decoder {
  constructor() {
    super((key, value) => (key === 'at' ? new Date(value) : value));
  }
}

const KINDS: readonly Kind[] = [
  { kind: 'msgpack, on a server that knows nothing of it', version: '4.8.4', server: {}, client: { parser: msgpack } },
  { kind: 'msgpack, on a server that knows nothing of it', version: '3.1.3', server: {}, client: { parser: msgpack } },
  {
    kind: "msgpack, as the server's parser",
    version: '4.8.4',
    server: { parser: msgpack },
    client: { parser: msgpack },
  },
  {
    kind: "msgpack, as the server's parser",
    version: '2.5.0',
    server: { parser: { Encoder: msgpack.Encoder, Decoder: msgpack2.Decoder } },
    client: { parser: msgpack2 },
  },
  {
    kind: 'socket.io-parser with a reviver',
    version: '4.8.4',
    server: { parser: { ...json, Decoder: ReviveDates } },
    client: {},
  },
];

describe.each(KINDS)('client $version that speaks $kind', ({ version, server, client: options }) => {
  it.each(TRANSPORTS.map((transports) => ({ transports })))(
    'says and hears text and bytes, over $transports',
    async ({ transports }) => {
      const { io, url } = await startEcho(server);
      const client = connect(version, `${url}/chat`, { transports, ...options });
      await client.next('connect');
      const value = { text: TEXT, deep: [{ bytes: BYTES }], n: [0, -1, 1.5, 2 ** 40], no: null };
      expect(await client.ask('echo', value)).toEqual([value]);
      client.on('ask', (asked: string, answer: (value: unknown) => void) => answer([asked, BYTES]));
      const answered = client.next('answered');
      client.emit('question');
      expect(await answered).toEqual([[TEXT, BYTES]]);
      const heard = client.next('said');
      io.of('/chat').emit('said', TEXT, BYTES);
      expect(await heard).toEqual([TEXT, BYTES]);
    },
  );
});

it('a parser that writes only texts serves clients 4.x over every transport', async () => {
  const { url } = await startEcho({ parser: text });
  for (const transports of TRANSPORTS) {
    const client = connect('4.8.4', `${url}/chat`, { transports, parser: text });
    await client.next('connect');
    expect(await client.ask('echo', { text: TEXT })).toEqual([{ text: TEXT }]);
  }
});

it("the server's parser decides how values are encoded", async () => {
  const { io, url } = await startServer({ parser: { ...json, Decoder: ReviveDates } });
  io.on('connection', (socket) =>
    socket.on('when', ({ at }: { at: Date }, answer: (year: number) => void) => answer(at.getUTCFullYear())),
  );
  const client = connect('4.8.4', url, { transports: ['websocket'] });
  expect(await client.ask('when', { at: new Date(0) })).toEqual([1970]);
});

describe('clients that speak msgpack and clients that speak JSON', () => {
  const MEMBERS: readonly (readonly [Version, string, object])[] = [
    ['4.8.4', 'websocket', { parser: msgpack }],
    ['4.8.4', 'polling', { parser: msgpack }],
    ['4.8.4', 'websocket', {}],
    ['1.7.4', 'polling', {}],
    ['0.9.17', 'xhr-polling', {}],
  ];

  async function assemble() {
    const { io, url } = await startServer();
    io.on('connection', (socket) => socket.on('say', (text: string) => socket.broadcast.emit('said', text)));
    const members = [];
    for (const [version, transport, options] of MEMBERS) {
      const client = connect(version, url, { transports: [transport], ...options });
      await client.next('connect');
      members.push({ client, heard: collect(client, 'said') });
    }
    return { io, members };
  }

  it('get each other’s events once', async () => {
    const { members } = await assemble();
    const complete = members.map(({ client, heard }) =>
      until(() => heard.length === members.length - 1, client.raw, 'said'),
    );
    for (const [index, { client }] of members.entries()) client.emit('say', `${index}: ${TEXT}`);
    await Promise.all(complete);
    for (const [index, { heard }] of members.entries()) {
      const others = members.map((_, other) => `${other}: ${TEXT}`).filter((_, other) => other !== index);
      expect(heard.flat().sort()).toEqual(others);
    }
  });

  it('count as one protocol version in the statistics', async () => {
    const { io } = await assemble();
    expect(io.connectionStats().generations.eio4).toEqual({ websocket: 2, polling: 1 });
  });
});

describe('a message of bytes', () => {
  const open = async (url: string) => {
    const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
    expect(await ws.next()).toMatch(/^0\{/);
    return ws;
  };
  const packet = (packet: object) => new msgpack.Encoder().encode(packet) as unknown as Buffer[];

  it('is not read as msgpack once a client has joined in JSON', async () => {
    const { url } = await startEcho();
    const ws = await open(url);
    ws.send('40');
    expect(await ws.next()).toMatch(/^40\{/);
    ws.send(packet({ type: 0, nsp: '/chat' })[0]!);
    await ws.closed();
  });

  it('ends the connection when it only looks like msgpack', async () => {
    const { url } = await startEcho();
    for (const bytes of ['80', '81', 'df', '81a161c0', 'de0001', '83a474797065c0']) {
      const ws = await open(url);
      ws.send(Buffer.from(bytes, 'hex'));
      await ws.closed();
    }
  });

  it('is expected from a client that has joined in msgpack', async () => {
    const { url } = await startEcho();
    const ws = await open(url);
    ws.send(packet({ type: 0, nsp: '/chat' })[0]!);
    expect(await ws.next()).toBeInstanceOf(Buffer);
    ws.send('42["echo",1]');
    await ws.closed();
  });

  it('does not change a session of its protocol version', async () => {
    const { url } = await startEcho();
    const client = connect('4.8.4', url, { transports: ['polling'], parser: msgpack });
    await client.next('connect');
    const { id } = client.raw.io.engine;
    for (const revision of ['EIO=3&', '']) {
      const { status } = await fetchAnswer(`${url}/socket.io/?${revision}transport=polling&sid=${id}`);
      expect(status).toBe(400);
    }
    expect(await client.ask('echo', 1)).toEqual([1]);
  });
});

describe("a packet that the server's parser reads", () => {
  /** Says whatever it is given. */
  const open = async (parser: Parser) => {
    const { io, url } = await startEcho({ parser });
    const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
    expect(await ws.next()).toMatch(/^0\{/);
    return { io, ws };
  };

  it.each([
    { type: 2, nsp: '/', data: ['disconnect'] },
    { type: 2, nsp: '/', data: 'echo' },
    { type: 3, nsp: '/', data: {}, id: 1 },
    { type: 2, nsp: '/', data: ['echo'], id: 1.5 },
    { type: 2, nsp: '/', data: ['echo'], id: 'x' },
    { type: 2, nsp: 7, data: ['echo'] },
    { type: 2, nsp: `/${'x'.repeat(600)}`, data: ['echo'] },
    { type: 9, nsp: '/' },
    { type: '2', nsp: '/', data: ['echo'] },
    {},
    null,
  ])('is held to the protocol: %j', async (packet) => {
    const { ws } = await open(text);
    ws.send('4{"type":0,"nsp":"/"}');
    await ws.next();
    ws.send(`4${JSON.stringify(packet)}`);
    await ws.closed();
  });

  it('is destroyed when the connection ends', async () => {
    let ended: () => void = () => {};
    const destroyed = new Promise<void>((resolve) => {
      ended = resolve;
    });
    class Decoder extends TextDecoder {
      override destroy(): void {
        super.destroy();
        ended();
      }
    }
    const { ws } = await open({ ...text, Decoder });
    ws.send('4{"type":0,"nsp":"/"}');
    await ws.next();
    ws.close();
    await destroyed;
  });
});

it.each([{}, { Encoder: class {} }, null, 'msgpack'])('what is not a parser is refused: %j', async (parser) => {
  await expect(startServer({ parser: parser as never })).rejects.toThrow(
    'option parser must be an object with the classes',
  );
});
