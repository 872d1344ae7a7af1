import type { IncomingMessage } from 'node:http';
import type { ServerOptions } from '@sio/core';
import { connect, FRAMEWORKS, fetchAnswer, RawWebSocket, refusedUpgrade, startServer } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';
import { originCheck } from '../../src/server/endpoint/origin.js';

const FRIEND = 'https://friend.example';
const FOE = 'https://foe.example';

/** The clients of these that get in, over each transport. */
async function admitted(options: ServerOptions): Promise<Record<string, string[]>> {
  const { url, port } = await startServer(options);
  const origins = {
    none: undefined,
    own: url,
    'own, another port': `http://127.0.0.1:${port + 1}`,
    friend: FRIEND,
    foe: FOE,
  };
  const result: Record<string, string[]> = {};
  for (const transport of ['polling', 'websocket']) {
    const inside: string[] = [];
    for (const [name, origin] of Object.entries(origins)) {
      const extraHeaders = origin === undefined ? {} : { origin };
      const client = connect('4.8.4', url, { transports: [transport], extraHeaders });
      const outcome = await Promise.race([client.next('connect').then(() => 'in'), client.next('connect_error')]);
      if (outcome === 'in') inside.push(name);
    }
    result[transport] = inside;
  }
  return result;
}

const both = (...names: string[]) => ({ polling: names, websocket: names });

describe('pages that may connect, over every transport,', () => {
  test('are by default only those of the server itself', async () => {
    expect(await admitted({})).toEqual(both('none', 'own'));
    expect(await admitted({ allowedOrigins: [] })).toEqual(both('none', 'own'));
  });

  test('are also those of a list of texts and patterns', async () => {
    expect(await admitted({ allowedOrigins: [FRIEND] })).toEqual(both('none', 'own', 'friend'));
    expect(await admitted({ allowedOrigins: [/^https:\/\/\w+\.example$/] })).toEqual(
      both('none', 'own', 'friend', 'foe'),
    );
  });

  test('are those that a function allows, which can be asynchronous', async () => {
    const sync = (origin: string) => origin === FRIEND;
    expect(await admitted({ allowedOrigins: sync })).toEqual(both('none', 'own', 'friend'));
    expect(await admitted({ allowedOrigins: async (origin) => sync(origin) })).toEqual(both('none', 'own', 'friend'));
  });

  test('are all with "*"', async () => {
    expect(await admitted({ allowedOrigins: '*' })).toEqual(both('none', 'own', 'own, another port', 'friend', 'foe'));
  });

  test('are not those of a host in a proxy’s header: plain Node trusts no proxy', async () => {
    const { url } = await startServer();
    const extraHeaders = { origin: FRIEND, 'x-forwarded-host': 'friend.example', 'x-forwarded-proto': 'https' };
    for (const transport of ['polling', 'websocket']) {
      await connect('4.8.4', url, { transports: [transport], extraHeaders }).next('connect_error');
    }
  });
});

const POLL = '/socket.io/?EIO=4&transport=polling';
const TARGETS = [POLL, '/socket.io/?EIO=3&transport=polling', '/socket.io/1/'];

describe('a page is at home, on every protocol version,', () => {
  test.each([
    ['example.com:443', 'https://example.com'],
    ['example.com:80', 'http://example.com'],
    ['example.com', 'https://example.com:443'],
    ['EXAMPLE.com:443', 'https://example.com'],
    ['[2001:db8::1]:443', 'https://[2001:db8::1]'],
    ['example.com', 'https://example.com:8443'],
    ['Example.com', 'http://example.com:3000'],
    ['[2001:db8::1]', 'https://[2001:db8::1]:8443'],
  ])(
    'where Host is %s and Origin %s: neither a default port nor one that a proxy drops is a difference',
    async (host, origin) => {
      const { url } = await startServer();
      for (const target of TARGETS) {
        expect((await fetchAnswer(url + target, { headers: { host, origin } })).status).toBe(200);
      }
      const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`, { headers: { host, origin } });
      ws.ws.terminate();
    },
  );

  test.each([
    ['example.com:8443', 'https://example.com'],
    ['example.com:3000', 'https://example.com:8443'],
    ['other.example', 'https://example.com:8443'],
    ['example.com.evil.example', 'https://example.com'],
  ])('not where Host is %s and Origin %s', async (host, origin) => {
    const { url } = await startServer();
    for (const target of TARGETS) {
      expect((await fetchAnswer(url + target, { headers: { host, origin } })).status).toBe(403);
    }
    const refused = await refusedUpgrade(`${url}/socket.io/?EIO=4&transport=websocket`, { headers: { host, origin } });
    expect(refused.status).toBe(403);
  });

  test.each(FRAMEWORKS)('if the browser says so, although a proxy has changed Host: %s', async (framework) => {
    const { url } = await startServer({ framework });
    const origin = 'https://app.example';
    const ask = (site: string) => fetchAnswer(url + POLL, { headers: { origin, 'sec-fetch-site': site } });
    expect((await ask('same-origin')).status).toBe(200);
    for (const site of ['same-site', 'cross-site', 'none']) expect((await ask(site)).status).toBe(403);
  });
});

test.each([80, 443])('a page on another port is foreign to a server that listens on port %i itself', (localPort) => {
  const check = originCheck(undefined, undefined);
  const request = { rawHeaders: [], headers: {}, socket: { localPort } } as unknown as IncomingMessage;
  expect(check('https://example.com:8443', 'example.com', request)).toBe(false);
  expect(check('https://example.com', 'example.com', request)).toBe(true);
});

const SESSIONS = [
  ['Engine.IO 4', 'EIO=4'],
  ['Engine.IO 3', 'EIO=3'],
] as const;

describe.each(SESSIONS)(
  'a page of %s whose handshake named no origin, as behind a proxy that changes Host,',
  (_name, eio) => {
    const PAGE = 'https://app.example';

    async function handshake(framework: (typeof FRAMEWORKS)[number], headers = {}) {
      const { url, io } = await startServer({ framework });
      const first = await fetchAnswer(`${url}/socket.io/?${eio}&transport=polling`, { headers });
      const [sid] = [...io.engine.clients.keys()];
      const target = (transport: string) => `${url}/socket.io/?${eio}&transport=${transport}&sid=${sid}`;
      const body = eio === 'EIO=4' ? '40' : '2:40';
      const post = (origin: string) =>
        fetchAnswer(target('polling'), { method: 'POST', headers: { origin, 'content-type': 'text/plain' }, body });
      return { first, post, target };
    }

    test.each(FRAMEWORKS)(
      'posts and upgrades: it knows the id of its session, which no foreign page can read: %s',
      async (framework) => {
        const { post, target } = await handshake(framework);
        expect((await post(PAGE)).status).toBe(200);
        const ws = await RawWebSocket.open(target('websocket'), { origin: PAGE });
        ws.ws.terminate();
      },
    );

    test('is the only page that can use its session', async () => {
      const { post, target } = await handshake('node');
      expect((await post(PAGE)).status).toBe(200);
      expect((await post(FOE)).status).toBe(403);
      expect((await refusedUpgrade(target('websocket'), { origin: FOE })).status).toBe(403);
      expect((await post(PAGE)).status).toBe(200);
    });

    test('leaves no session behind if the id is wrong', async () => {
      const { url, io } = await startServer();
      const target = `${url}/socket.io/?${eio}&transport=polling&sid=guessed`;
      expect((await fetchAnswer(target, { method: 'POST', headers: { origin: FOE }, body: '40' })).status).toBe(403);
      expect(io.engine.clientsCount).toBe(0);
    });
  },
);

describe('a page of another site that asks without an Origin, as for an image,', () => {
  test.each(TARGETS.flatMap((target) => ['cross-site', 'same-site'].map((from) => [from, target] as const)))(
    'opens no session from a page that is %s: %s',
    async (site, target) => {
      const { url, io } = await startServer();
      const headers = { 'sec-fetch-site': site, cookie: 'login=ann' };
      expect((await fetchAnswer(url + target, { headers })).status).toBe(403);
      expect((await fetchAnswer(url + target, { headers: { ...headers, referer: `${FOE}/page` } })).status).toBe(403);
      expect(io.engine.clientsCount).toBe(0);
    },
  );

  test('opens a session if its origin is allowed', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', referer: `${FRIEND}/page` };
    for (const allowedOrigins of [[FRIEND], '*']) {
      const { url } = await startServer({ allowedOrigins });
      for (const target of TARGETS) expect((await fetchAnswer(url + target, { headers })).status).toBe(200);
    }
  });

  test.each(['same-origin', 'none'])('is none where the browser says %s', async (site) => {
    const { url } = await startServer();
    for (const target of TARGETS) {
      expect((await fetchAnswer(url + target, { headers: { 'sec-fetch-site': site } })).status).toBe(200);
    }
  });
});

describe('a refused page', () => {
  function warnings() {
    const told: unknown[] = [];
    const nothing = () => {};
    return {
      told,
      logger: { error: nothing, info: nothing, debug: nothing, warn: (what: unknown) => void told.push(what) },
    };
  }

  test('gets the name of the option that would allow it, on every transport', async () => {
    const { url } = await startServer();
    const headers = { origin: FOE };
    expect((await fetchAnswer(url + POLL, { headers })).body).toContain('allowedOrigins');
    const refused = await refusedUpgrade(`${url}/socket.io/?EIO=4&transport=websocket`, { headers });
    expect(refused.body).toContain('allowedOrigins');
  });

  test('is logged once for each origin, with the Host that it was compared to', async () => {
    const { told, logger } = warnings();
    const { url } = await startServer({ logger });
    for (const origin of [FOE, FOE, FRIEND, FOE])
      await fetchAnswer(url + POLL, { headers: { origin, host: 'own.example' } });
    expect(told).toEqual([FOE, FRIEND].map((origin) => expect.stringContaining(`${origin} was refused`)));
    expect(told[0]).toContain('the Host own.example');
    expect(told[0]).toContain('allowedOrigins');
  });

  test('is no longer logged after a hundred origins', async () => {
    const { told, logger } = warnings();
    const { url } = await startServer({ logger });
    for (let n = 0; n < 110; n++) await fetchAnswer(url + POLL, { headers: { origin: `http://${n}.example` } });
    expect(told).toHaveLength(100);
  });

  test.each(['null', 'file://', 'capacitor://localhost', 'http://localhost', 'ionic://localhost'])(
    'is let in from %s by web-views, which the hint names',
    async (origin) => {
      const { told, logger } = warnings();
      const strict = await startServer({ logger });
      expect((await fetchAnswer(strict.url + POLL, { headers: { origin } })).status).toBe(403);
      expect(told[0]).toContain("'web-views'");
      const open = await startServer({ allowedOrigins: ['web-views', FRIEND] });
      for (const target of TARGETS) {
        expect((await fetchAnswer(open.url + target, { headers: { origin } })).status).toBe(200);
      }
      expect((await fetchAnswer(open.url + POLL, { headers: { origin: FOE } })).status).toBe(403);
    },
  );
});
