import { readFileSync } from 'node:fs';
import { type DisconnectDetails, limitDefaults, type ServerOptions, type Socket } from '@sio/core';
import {
  type ClientProfile,
  fetchAnswer,
  handshakePath,
  isPolling,
  isWebSocket,
  PROFILES,
  posts,
  RARE_PROFILES,
  RawClient,
  RawTcpClient,
  RawWebSocket,
  refusedUpgrade,
  serverFor,
  startServer,
} from '@sio/test-kit';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

interface Ended {
  readonly reason: string;
  readonly details: DisconnectDetails;
}

/** A server that echoes, a client of one kind on it, and what becomes of that. */
async function harness({ json, ...way }: ClientProfile & Pick<ServerOptions, 'json'>, options: ServerOptions = {}) {
  const server = await serverFor(way, { pingInterval: 60_000, ...(json && { json }), ...options });
  const ended = new Promise<Ended>((resolve) => {
    server.io.on('connection', (socket: Socket) => {
      socket.on('error', () => {});
      socket.on('disconnect', (reason, _description, details) => resolve({ reason, details }));
    });
  });
  const heard: unknown[][] = [];
  let told: () => void = () => {};
  server.io.on('connection', (socket: Socket) => {
    socket.onAny((...event) => {
      heard.push(event);
      told();
    });
  });
  const talker = await RawClient.join(server, way);
  return {
    server,
    talker,
    heard,
    codeOfEnd: async () => (await ended).details.code,
    /** Resolves when so many events have been heard. */
    hears: async (count: number) => {
      while (heard.length < count) {
        await new Promise<void>((resolve) => {
          told = resolve;
        });
      }
    },
  };
}

type Harness = Awaited<ReturnType<typeof harness>>;

/** A limit in the packets themselves: 0.9 ignores what it cannot read, as its servers always have; the others are ended. */
async function expectRefused(play: Harness, code: string): Promise<void> {
  if (play.talker.profile.generation !== '0.9') return expect(await play.codeOfEnd()).toBe(code);
  const before = play.heard.length;
  await play.talker.say(play.talker.event('still', '"here"'));
  await play.hears(before + 1);
  expect(play.heard.at(-1)).toEqual(['still', 'here']);
}

/** Limits by option, each with what reaches it and what just does not. */
const REACHED: Record<keyof typeof limitDefaults, (way: ClientProfile) => Promise<void>> = {
  async maxHttpBufferSize(way) {
    const play = await harness(way, { maxHttpBufferSize: 2000 });
    const room = 1900 + 2000 - play.talker.lengthOf(play.talker.event('a', `"${'x'.repeat(1900)}"`));
    await play.talker.say(play.talker.event('a', `"${'x'.repeat(room)}"`));
    await play.hears(1);
    const status = await play.talker.say(play.talker.event('a', `"${'x'.repeat(room + 1)}"`));
    if (posts(way)) expect(status).toBe(413);
    else expect(await play.codeOfEnd()).toBe('message_too_large');
  },

  async maxBufferedChunks(way) {
    const play = await harness(way, { maxBufferedChunks: 3 });
    const chunk = `1\r\nx\r\n`;
    const few = await openPost(play, chunk.repeat(3));
    few.socket.write('0\r\n\r\n');
    expect(await few.until('\r\n\r\n')).not.toMatch(/^HTTP\/1.1 413/);
    const again = await harness(way, { maxBufferedChunks: 3 });
    const many = await openPost(again, chunk.repeat(4));
    expect(await many.closed()).toMatch(/^HTTP\/1.1 413/);
  },

  async httpRequestBodyTimeout(way) {
    const play = await harness(way, { httpRequestBodyTimeout: 50 });
    await play.talker.say(play.talker.event('a', '1'));
    await play.hears(1);
    const slow = await openPost(play, '1\r\n4\r\n');
    expect(await slow.closed()).toMatch(/^HTTP\/1.1 408/);
    expect(await play.codeOfEnd()).toBe('transport_error');
  },

  async maxPacketsPerPayload(way) {
    const play = await harness(way, { maxPacketsPerPayload: 5 });
    const event = play.talker.event('a', '1');
    await play.talker.say(event, event, event, event, event);
    await play.hears(5);
    await play.talker.say(event, event, event, event, event, event);
    await expectRefused(play, 'too_many_packets');
    expect(play.heard.length).toBeLessThanOrEqual(11);
  },

  async maxAttachments(way) {
    const play = await harness(way, { maxAttachments: 2 });
    const place = (num: number) => `{"_placeholder":true,"num":${num}}`;
    await play.talker.say(`452-["a",${place(0)},${place(1)}]`, Buffer.of(1), Buffer.of(2));
    await play.hears(1);
    await play.talker.say(`453-["a",${place(0)},${place(1)},${place(2)}]`);
    expect(await play.codeOfEnd()).toBe('too_many_attachments');
  },

  async maxAttachmentBytes(way) {
    const play = await harness(way, { maxAttachmentBytes: 100 });
    const header = '452-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]';
    await play.talker.say(header, Buffer.alloc(50), Buffer.alloc(50));
    await play.hears(1);
    await play.talker.say(header, Buffer.alloc(50), Buffer.alloc(51));
    expect(await play.codeOfEnd()).toBe('attachments_too_large');
  },

  async attachmentTimeout(way) {
    const play = await harness(way, { attachmentTimeout: 50 });
    await play.talker.say('451-["a",{"_placeholder":true,"num":0}]');
    expect(await play.codeOfEnd()).toBe('attachments_late');
  },

  async maxDepth(way) {
    const play = await harness(way, { maxDepth: 20 });
    // The arguments are in a list, and in 0.9 that in an object.
    const nested = (levels: number) => play.talker.event('a', '['.repeat(levels) + ']'.repeat(levels));
    await play.talker.say(nested(18));
    await play.hears(1);
    await play.talker.say(nested(21));
    await expectRefused(play, 'too_deep');
  },

  async maxEventNameLength(way) {
    const play = await harness(way, { maxEventNameLength: 10 });
    await play.talker.say(play.talker.event('e'.repeat(10), '1'));
    await play.hears(1);
    await play.talker.say(play.talker.event('e'.repeat(11), '1'));
    await expectRefused(play, 'bad_event_name');
  },

  async maxNamespaceLength(way) {
    const play = await harness(way, { maxNamespaceLength: 10 });
    await play.talker.say(play.talker.joining(`/${'n'.repeat(10)}`));
    await expectRefused(play, 'bad_namespace');
  },

  async maxNamespaceQueryLength(way) {
    const play = await harness(way, { maxNamespaceLength: 10, maxNamespaceQueryLength: 10 });
    await play.talker.say(play.talker.joining(`/n?${'q'.repeat(20)}`));
    await expectRefused(play, 'bad_namespace');
  },

  async maxAckIdDigits(way) {
    const play = await harness(way, { maxAckIdDigits: 3 });
    await play.talker.say(play.talker.event('a', '1', { id: '123' }));
    await play.hears(1);
    await play.talker.say(play.talker.event('a', '1', { id: '1234' }));
    await expectRefused(play, 'bad_ack_id');
  },

  async maxFragments(way) {
    const play = await harness(way, { maxFragments: 10 });
    const { ws } = play.talker.ws!;
    for (let n = 0; n < 12; n++) ws.send('x', { fin: false });
    expect(await play.codeOfEnd()).toBe('too_many_fragments');
  },

  async maxControlFrames(way) {
    const play = await harness(way, { maxControlFrames: 10 });
    const { ws } = play.talker.ws!;
    for (let n = 0; n < 5; n++) {
      ws.ping();
      ws.pong();
    }
    await play.talker.say(play.talker.event('a', '1'));
    await play.hears(1);
    for (let n = 0; n < 100; n++) ws.ping();
    expect(await play.codeOfEnd()).toBe('too_many_control_frames');
  },

  async maxNamespacesPerConnection(way) {
    const play = await harness(way, { maxNamespacesPerConnection: 3 });
    for (let n = 0; n < 4; n++) play.server.io.of(`/n${n}`);
    await play.talker.say(play.talker.joining('/n0'));
    await play.talker.say(play.talker.joining('/n1'));
    await play.talker.say(play.talker.joining('/n2'));
    expect(await play.codeOfEnd()).toBe('too_many_namespaces');
  },

  async maxPendingBytes(way) {
    const play = await harness(way, { maxPendingBytes: 10_000 });
    play.server.io.of('/slow').use(() => {});
    await play.talker.say(play.talker.joining('/slow'));
    const event = play.talker.event('a', JSON.stringify('x'.repeat(6000)), { nsp: '/slow' });
    const conn = play.server.io.engine.clients.get(play.talker.sid)!;
    if (posts(way)) {
      await play.talker.say(event, event);
      expect(await play.codeOfEnd()).toBe('too_many_pending_bytes');
    } else {
      await play.talker.say(event);
      while (!conn.readingPaused) await new Promise((resolve) => setImmediate(resolve));
    }
  },

  async maxPendingEvents(way) {
    const play = await harness(way, { maxPendingEvents: 3 });
    play.server.io.of('/slow').use(() => {});
    await play.talker.say(play.talker.joining('/slow'));
    for (let n = 0; n < 4; n++) await play.talker.say(play.talker.event('a', '1', { nsp: '/slow' }));
    expect(await play.codeOfEnd()).toBe('too_many_pending_events');
  },

  async maxPendingAcks(way) {
    const play = await harness(way, { maxPendingAcks: 3 });
    const [socket] = await arrived(play.server);
    for (let n = 0; n < 4; n++) socket!.emit('question', () => {});
    expect(await play.codeOfEnd()).toBe('too_many_pending_acks');
  },

  async maxQueuedFrames(way) {
    const play = await harness(way, { maxQueuedFrames: 10 });
    const [socket] = await arrived(play.server);
    for (let n = 0; n < 20; n++) socket!.emit('news', n);
    expect(await play.codeOfEnd()).toBe('slow_consumer');
  },

  async maxBufferedBytes(way) {
    const play = await harness(way, { maxBufferedBytes: 10_000 });
    const [socket] = await arrived(play.server);
    (play.talker.ws?.ws as any)?._socket.pause();
    while (socket!.connected) {
      socket!.emit('news', 'x'.repeat(20_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await play.codeOfEnd()).toBe('slow_consumer');
  },

  async maxRoomNameLength(way) {
    const play = await harness(way, { maxRoomNameLength: 10 });
    const [socket] = await arrived(play.server);
    await socket!.join('r'.repeat(10));
    expect(() => socket!.join(['a', 'r'.repeat(11)])).toThrow(expect.objectContaining({ name: 'room_name_too_long' }));
    expect(socket!.rooms.size).toBe(2);
  },

  async maxEmptyNamespaces(way) {
    const play = await harness(way, { maxEmptyNamespaces: 2, cleanupEmptyChildNamespaces: false });
    const { io } = play.server;
    io.of(/^\/n/);
    for (const name of ['/n1', '/n2', '/n3']) {
      const joined = new Promise<Socket>((resolve) => {
        io.once('new_namespace', (hub) => hub.once('connection', resolve));
      });
      await play.talker.say(play.talker.joining(name));
      (await joined).disconnect();
    }
    expect([...io._nsps.keys()]).toEqual(['/', '/n2', '/n3']);
  },

  async maxRoomsPerSocket(way) {
    const play = await harness(way, { maxRoomsPerSocket: 3 });
    const [socket] = await arrived(play.server);
    await socket!.join(['a', 'b']);
    await socket!.join(['a', 'b']);
    expect(() => socket!.join('c')).toThrow(expect.objectContaining({ name: 'too_many_rooms' }));
    await socket!.leave('a');
    await socket!.join('c');
  },

  async maxHistoryBytes(way) {
    const play = await harness(way, { maxHistoryBytes: 5000, history: { rooms: '*' } });
    const { io } = play.server;
    const kept = async (room: string) => (await io.history(room)).events.length;
    for (const room of ['quiet', 'loud', 'loud']) io.to(room).emit('said', 'x'.repeat(1000));
    expect([await kept('quiet'), await kept('loud')]).toEqual([1, 2]);
    for (let n = 0; n < 9; n++) io.to('loud').emit('said', 'x'.repeat(1000));
    expect([await kept('quiet'), await kept('loud')]).toEqual([0, 3]);
  },

  async maxConnectionsPerAddress(way) {
    const play = await harness(way, { maxConnectionsPerAddress: 2 });
    await RawClient.open(play.server, way);
    const told = new Promise<string>((resolve) =>
      play.server.io.engine.once('connection_error', ({ context }) => resolve(context.name)),
    );
    await expectTurnedAway(play.server, way, [429, '60']);
    expect(await told).toBe('TOO_MANY_CONNECTIONS');
    for (const conn of play.server.io.engine.clients.values()) conn.close(true);
    await RawClient.open(play.server, way);
  },

  maxUnjoinedConnections: (way) => reachUnjoined(way, { maxUnjoinedConnections: 2 }),
  maxUnjoinedPerAddress: (way) => reachUnjoined(way, { maxUnjoinedPerAddress: 2 }),
  // More than one connection, and less than two.
  maxUnjoinedBytes: (way) => reachUnjoined(way, { maxUnjoinedBytes: 8000 }),
};

/** Begins a POST of a client in chunks, and sends some. */
async function openPost({ talker }: Harness, chunks: string): Promise<RawTcpClient> {
  const { port, pathname, search } = new URL(talker.url);
  const type = talker.profile.transport === 'jsonp' ? 'application/x-www-form-urlencoded' : 'text/plain';
  const client = new RawTcpClient(Number(port));
  client.send(
    `POST ${pathname}${search} HTTP/1.1`,
    'Host: localhost',
    `Content-Type: ${type}`,
    'Transfer-Encoding: chunked',
  );
  client.socket.write(chunks);
  return client;
}

/** Two clients wait for a middleware's decision, and there is no room for a third. */
async function reachUnjoined(way: ClientProfile, options: ServerOptions): Promise<void> {
  const { server } = await harness(way, options);
  const { engine } = server.io;
  // Those who are in do not count.
  while (engine.unjoined > 0) await new Promise((resolve) => setImmediate(resolve));
  let letIn: () => void = () => {};
  let waiting = 0;
  server.io.use((_socket, next) => {
    letIn = next;
    waiting++;
  });
  await RawClient.join(server, way);
  await RawClient.join(server, way);
  while (waiting < 2) await new Promise((resolve) => setImmediate(resolve));
  const told = new Promise<string>((resolve) =>
    engine.once('connection_error', ({ context }) => resolve(context.name)),
  );
  await expectTurnedAway(server, way, [503, '5']);
  if (way.transport !== 'webtransport') expect(await told).toBe('TOO_MANY_UNJOINED');
  letIn();
  while (engine.unjoined > 1) await new Promise((resolve) => setImmediate(resolve));
  await RawClient.open(server, way);
  for (const conn of engine.clients.values()) conn.close(true);
  expect(engine.unjoined).toBe(0);
}

const LIMITS = Object.keys(REACHED) as (keyof typeof REACHED)[];

const noBinary = ({ generation }: ClientProfile) => generation === '0.9' && 'it has no attachments';

/** Profiles without a limit, and why. */
const LACKING: Partial<Record<keyof typeof limitDefaults, (way: ClientProfile) => string | false>> = {
  maxBufferedChunks: (way) => !posts(way) && 'it posts nothing',
  httpRequestBodyTimeout: (way) => !posts(way) && 'it posts nothing',
  maxPacketsPerPayload: (way) => !posts(way) && 'a message is one packet',
  maxAttachments: noBinary,
  maxAttachmentBytes: noBinary,
  attachmentTimeout: noBinary,
  maxFragments: (way) => !isWebSocket(way) && 'only messages of WebSockets come in fragments',
  maxControlFrames: (way) => !isWebSocket(way) && 'only WebSockets have control frames',
  maxQueuedFrames: (way) => !isPolling(way) && 'what is sent is written at once, and counts for maxBufferedBytes',
  maxConnectionsPerAddress: ({ transport }) =>
    transport === 'webtransport' && 'a session does not say where it comes from',
};

type Stated = Harness['server'];

async function arrived({ io }: Stated): Promise<Socket[]> {
  while (io.sockets.sockets.size === 0) await new Promise((resolve) => setImmediate(resolve));
  return [...io.sockets.sockets.values()] as Socket[];
}

/** One client more is told to come back later, as far as its transport can tell it. */
async function expectTurnedAway(
  server: Stated,
  way: ClientProfile,
  told: [status: number, retryAfter: string],
): Promise<void> {
  if (way.transport === 'webtransport') return (await RawClient.open(server, way)).peer!.over();
  const url = `${server.url}${handshakePath(way)}`;
  const legacy = way.generation === '0.9';
  const { status, headers, body } = await (isWebSocket(way) && !legacy ? refusedUpgrade(url) : fetchAnswer(url));
  // Scripts cannot see a status.
  if (legacy && way.transport === 'jsonp')
    expect([status, body]).toEqual([200, expect.stringContaining('handshake error')]);
  else expect([status, headers['retry-after']]).toEqual(told);
}

describe.each([...PROFILES, ...RARE_PROFILES])('%s', (way) => {
  it.each(LIMITS.filter((limit) => !LACKING[limit]?.(way)))('keeps to %s', (limit) => REACHED[limit](way));

  it('is disconnected after connectTimeout if it cannot join a namespace', async () => {
    const server = await serverFor(way, { connectTimeout: 50, pingInterval: 60_000 });
    server.io.use((_socket, next) => next(new Error('no')));
    const talker = await RawClient.join(server, way);
    const conn = server.io.engine.clients.get(talker.sid)!;
    const [, why] = await new Promise<[string, { code?: string }]>((resolve) => {
      if (conn.readyState === 'closed') throw new Error('ended too early');
      conn.on('close', (reason, description) => resolve([reason, description]));
    });
    expect(why.code).toBe('join_timeout');
  });
});

/** Reads and writes what JavaScript's JSON does. */
const OWN_JSON = {
  stringify: (value: unknown) => JSON.stringify(value),
  parse: (text: string): unknown => JSON.parse(text),
};

describe.each(PROFILES.map((way) => ({ ...way, json: OWN_JSON })))('%s, with JSON of your own', (way) => {
  const parsed = [
    'maxHttpBufferSize',
    'maxAttachments',
    'maxAttachmentBytes',
    'maxDepth',
    'maxEventNameLength',
    'maxAckIdDigits',
  ] as const;
  it.each(parsed.filter((limit) => !LACKING[limit]?.(way)))('keeps to %s', (limit) => REACHED[limit](way));
});

describe('a flood of pings and pongs', () => {
  const ENGINES: Record<string, ServerOptions> = {
    'is read here': {},
    'is read by ws, with permessage-deflate': { perMessageDeflate: true },
    'is read by an engine of the application': { wsEngine: WebSocketServer },
  };

  it.each(Object.entries(ENGINES))(
    'ends the connection with 1008 and passes on nothing more when it %s',
    async (_how, options) => {
      const { url, io } = await startServer({ maxControlFrames: 10, ...options });
      const { ws } = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
      const heard: unknown[] = [];
      const ended = new Promise<string>((resolve) => {
        io.on('connection', (socket) => {
          socket.onAny((name) => heard.push(name));
          socket.on('disconnect', (_reason, _description, details) => resolve(details.code));
        });
      });
      const closed = new Promise<number>((resolve) => ws.once('close', resolve));
      ws.send('40');
      ws.send('42["before"]');
      for (let n = 0; n < 1000; n++) ws[n % 2 === 0 ? 'ping' : 'pong']();
      ws.send('42["after"]');
      expect([await ended, await closed, heard]).toEqual(['too_many_control_frames', 1008, ['before']]);
    },
  );

  it('is answered as long as it stays below a thousand a second', async () => {
    const { url, io } = await startServer();
    const { ws } = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
    ws.send('40');
    for (let n = 0; n < 900; n++) ws.ping();
    let pongs = 0;
    await new Promise<void>((resolve) => ws.on('pong', () => ++pongs === 900 && resolve()));
    expect(io.engine.clientsCount).toBe(1);
  });
});

describe('a body', () => {
  it.each([...PROFILES, ...RARE_PROFILES].filter(posts))(
    'of %s beyond the limit is refused before all of it has arrived, with a length or in chunks',
    async (way) => {
      for (const announced of [true, false]) {
        const { talker } = await harness(way, { maxHttpBufferSize: 1000 });
        const { port, pathname, search } = new URL(talker.url);
        const path = `${pathname}${search}`;
        const raw = new RawTcpClient(Number(port));
        const head = [`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: text/plain;charset=UTF-8'];
        if (announced) raw.send(...head, 'Content-Length: 100000000', '', '42["a"');
        else raw.send(...head, 'Transfer-Encoding: chunked', '', '7d0', 'x'.repeat(2000));
        expect(await raw.until(' 413 ')).toMatch(/^HTTP\/1.1 413 /);
      }
    },
  );

  it('of headers has Node’s limit', async () => {
    const { port } = await startServer();
    const raw = new RawTcpClient(port);
    raw.send('GET /socket.io/?EIO=4&transport=polling HTTP/1.1', 'Host: x', `X: ${'x'.repeat(20_000)}`);
    expect(await raw.until(' 431 ')).toMatch(/^HTTP\/1.1 431 /);
  });
});

describe('legitimate use', () => {
  it.each(PROFILES)('of %s: a message of nearly 1 MB', async (way) => {
    const play = await harness(way);
    const text = 'x'.repeat(limitDefaults.maxHttpBufferSize - 100);
    await play.talker.say(play.talker.event('big', JSON.stringify(text)));
    await play.hears(1);
    expect((play.heard[0]![1] as string).length).toBe(text.length);
  });

  it.each(PROFILES.filter(({ transport }) => transport === 'polling'))(
    'of %s: 500 packets in one POST',
    async (way) => {
      const play = await harness(way);
      const event = play.talker.event('a', '1');
      await play.talker.say(...Array.from({ length: 500 }, () => event));
      await play.hears(500);
    },
  );

  it.each(PROFILES.filter(({ generation }) => generation !== '0.9'))(
    'of %s: 10 attachments, and 50 by option',
    async (way) => {
      for (const [count, options] of [
        [10, {}],
        [50, { maxAttachments: 50 }],
      ] as const) {
        const play = await harness(way, options);
        const places = Array.from({ length: count }, (_, num) => `{"_placeholder":true,"num":${num}}`);
        await play.talker.say(`45${count}-["a",${places}]`, ...places.map((_, n) => Buffer.of(n)));
        await play.hears(1);
        expect(play.heard[0]).toHaveLength(count + 1);
      }
    },
  );
});

describe('docs/limits.md', () => {
  const page = readFileSync(new URL('../../../../docs/limits.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|/gm)].map(([, name, value]) => [
    name,
    value!.trim(),
  ]);

  it('has every limit with its default, and no other', () => {
    const told = Object.fromEntries(
      rows.map(([name, value]) => [name, Number(value!.replaceAll(' ', '').replace('none', 'Infinity'))]),
    );
    expect(told).toEqual(limitDefaults);
  });

  it('has a test for every limit', () => {
    expect(Object.keys(REACHED).sort()).toEqual(rows.map(([name]) => name).sort());
  });

  it('knows every code that the tests expect', () => {
    const source = readFileSync(new URL(import.meta.url), 'utf8');
    for (const [, code] of source.matchAll(/(?:toBe|expectRefused)\((?:play, )?'([a-z]+_[a-z_]+)'\)/g))
      expect(page).toContain(`\`${code}\``);
  });
});

it.each(Object.keys(limitDefaults))('%s that is not a number above 0 is refused', async (limit) => {
  await expect(startServer({ [limit]: 0 })).rejects.toThrow(`option ${limit} must be a number above 0, not 0`);
});
