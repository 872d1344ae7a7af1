import type { ServerOptions } from '@sio/core';
import { connect, fetchAnswer, RawWebSocket, refusedUpgrade, startServer, type Version } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const ALL = ['0.9', 'eio3', 'eio4'] as const;
type ProtocolVersion = (typeof ALL)[number];

/** How each generation knocks, and in which words it is turned away. */
const KNOCKS: Record<
  ProtocolVersion,
  { client: Version; path: string; socket: string; status: number; words: string }
> = {
  '0.9': {
    client: '0.9.17',
    path: '/socket.io/1/',
    socket: '/socket.io/1/websocket/x',
    status: 500,
    words: 'Protocol version not supported.',
  },
  eio3: {
    client: '2.5.0',
    path: '/socket.io/?EIO=3&transport=polling',
    socket: '/socket.io/?EIO=3&transport=websocket',
    status: 400,
    words: '{"code":5,"message":"Unsupported protocol version"}',
  },
  eio4: {
    client: '4.8.4',
    path: '/socket.io/?EIO=4&transport=polling',
    socket: '/socket.io/?EIO=4&transport=websocket',
    status: 400,
    words: '{"code":5,"message":"Unsupported protocol version"}',
  },
};

async function isServed(url: string, generation: ProtocolVersion): Promise<boolean> {
  return (await fetchAnswer(url + KNOCKS[generation].path)).status === 200;
}

describe.each(ALL)('a server without generation %s', (generation) => {
  const others = ALL.filter((other) => other !== generation);

  it('refuses clients of $generation in their own protocol', async () => {
    const { url } = await startServer({ generations: others });
    const { path, socket, status, words } = KNOCKS[generation];
    expect(await fetchAnswer(url + path)).toMatchObject({ status, body: words });
    expect((await refusedUpgrade(url + socket)).status).toBe(status);
  });

  it('gives its official client an error', async () => {
    const { io, url } = await startServer({ generations: others });
    const client = connect(KNOCKS[generation].client, url, { transports: ['polling', 'xhr-polling'] });
    await client.next(generation === '0.9' ? 'error' : 'connect_error');
    expect(io.connectionStats().total).toBe(0);
  });

  it('serves the others', async () => {
    const { url } = await startServer({ generations: others });
    for (const other of others) expect(await isServed(url, other)).toBe(true);
  });
});

it.each(ALL)('generation %s may be the only one', async (generation) => {
  const { url } = await startServer({ generations: [generation] });
  for (const other of ALL) expect(await isServed(url, other)).toBe(other === generation);
});

it('all are served by default', async () => {
  const { url } = await startServer();
  for (const generation of ALL) expect(await isServed(url, generation)).toBe(true);
});

it('allowEIO3: false refuses clients 1.x and 2.x, and no others', async () => {
  const { url } = await startServer({ allowEIO3: false });
  expect(await Promise.all(ALL.map((generation) => isServed(url, generation)))).toEqual([true, false, true]);
});

it.each([
  [{ generations: [] }, 'no client is left'],
  [{ generations: ['eio3'], allowEIO3: false }, 'no client is left'],
  [{ generations: ['eio5'] }, 'a list of'],
  [{ generations: 'eio4' }, 'a list of'],
] as [ServerOptions, string][])('options that leave no client, or name none, are refused: %j', async (options, why) => {
  await expect(startServer(options)).rejects.toThrow(why);
});

const STRANGER = 'http://elsewhere.example';

describe.each(ALL)('one rule for the origin', (generation) => {
  const { path, socket } = KNOCKS[generation];

  /** Answers to a page of another origin over each transport that needs no session. */
  const WAYS: Record<string, (url: string) => Promise<number>> = {
    polling: async (url) => (await fetchAnswer(url + path, { headers: { Origin: STRANGER } })).status,
    JSONP: async (url) => {
      const index = generation === '0.9' ? '?jsonp=0' : '&j=0';
      const { status, body } = await fetchAnswer(url + path + index, { headers: { Referer: `${STRANGER}/page` } });
      // 0.9 is told in its script, whose status no page sees.
      return body.includes('handshake bad origin') ? 403 : status;
    },
    websocket: async (url) => {
      const target = generation === '0.9' ? await sessionSocket(url) : url + socket;
      const opened = await RawWebSocket.open(target, { origin: STRANGER }).catch(() => undefined);
      return opened === undefined ? (await refusedUpgrade(target, { origin: STRANGER })).status : 200;
    },
  };

  /** A handshake of the application's own page, and the socket that follows it. */
  async function sessionSocket(url: string): Promise<string> {
    const [sid] = (await fetchAnswer(url + path, { headers: { Origin: url } })).body.split(':');
    return `${url}/socket.io/1/websocket/${sid}`;
  }

  it.each(Object.keys(WAYS).map((transport) => ({ generation, transport })))(
    'keeps $generation out over $transport unless it is let in',
    async ({ transport }) => {
      const knock = WAYS[transport]!;
      for (const [options, status] of [
        [{}, 403],
        [{ allowedOrigins: ['http://another.example'] }, 403],
        [{ allowedOrigins: [STRANGER] }, 200],
        [{ cors: { origin: STRANGER } }, 200],
      ] as [ServerOptions, number][]) {
        const { url } = await startServer(options);
        expect(await knock(url), JSON.stringify(options)).toBe(status);
      }
    },
  );
});
