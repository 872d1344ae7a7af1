import { Engine } from '@hapi/catbox-redis';
import type { Server as HapiServer, ServerOptions } from '@hapi/hapi';
import { outcomeOf, sessionSuite } from '@sio/conformance/suites';
import { startRedis } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import { describe, expect, test } from 'vitest';
import { Namespace, socketio, withSession } from '../src/index.js';
import { addSession, CookieJar, connected, listen, makeServer, RawWebSocket, transports } from './support/kit.js';

declare module '@hapi/yar' {
  interface YarFlashes {
    news: string;
  }
}

class Account extends Namespace {
  onWhoami() {
    return this.request.yar.get('user') ?? 'nobody';
  }

  onRead() {
    return withSession(this, (yar) => yar.get('user') ?? 'nobody');
  }

  onVisit() {
    return withSession(this, (yar) => yar.set('visits', Number(yar.get('visits') ?? 0) + 1));
  }

  onFlash(text: string) {
    return withSession(this, (yar) => void yar.flash('news', text));
  }

  async onAdd(value: number) {
    await withSession(this, async (yar) => {
      const list = (yar.get('list') as number[] | null) ?? [];
      await new Promise(setImmediate);
      yar.set('list', [...list, value]);
    });
  }

  onSlowly() {
    return outcomeOf(
      withSession(this, async (yar) => {
        this.emit('working');
        await new Promise<void>((resolve) => this.once('go on', resolve));
        yar.set('visits', 99);
      }),
    );
  }

  onTry() {
    return outcomeOf(withSession(this, (yar) => void yar.set('touched', true)));
  }

  onReset() {
    return outcomeOf(withSession(this, (yar) => yar.reset()));
  }
}

function addRoutes(server: HapiServer): void {
  server.route([
    { method: 'GET', path: '/login', handler: ({ yar, query }) => yar.set('user', String(query.as)) },
    {
      method: 'GET',
      path: '/logout',
      handler({ yar, query, io }) {
        if (query.sockets === 'too') io.endSession(yar.id);
        return yar.reset() ?? '';
      },
    },
    { method: 'GET', path: '/news', handler: ({ yar }) => yar.flash('news') },
    {
      method: 'GET',
      path: '/session',
      handler: ({ yar }) => ({ user: yar.get('user'), visits: yar.get('visits'), list: yar.get('list') }),
    },
  ]);
}

async function appWithSession(options: object = {}, serverOptions: ServerOptions = {}) {
  const server = makeServer(serverOptions);
  await addSession(server, options);
  addRoutes(server);
  await server.register(socketio({ '/': Account }, { pingInterval: 60_000 }));
  const url = await listen(server);
  const jar = new CookieJar();
  const session = async () => JSON.parse(await jar.text(`${url}/session`));
  return { server, url, jar, session };
}

sessionSuite(() => appWithSession());

describe.skipIf(!service('redis-server'))('with the cache in Redis', () => {
  sessionSuite(async () => {
    const provider = { constructor: Engine, options: { url: await startRedis(), partition: 'app' } } as never;
    return appWithSession({ cache: { cache: 'redis', expiresIn: 60_000 } }, { cache: [{ name: 'redis', provider }] });
  });
});

describe.each(transports)('Hapi over %s', (_transport, list) => {
  const options = { transports: [...list] };

  test('sets a flash message from a socket, which the next request shows', async () => {
    const { url, jar } = await appWithSession();
    await jar.fetch(`${url}/login?as=ada`);
    const socket = await connected(url, { ...options, extraHeaders: jar.headers });
    await socket.emitWithAck('flash', 'from a socket');
    expect(JSON.parse(await jar.text(`${url}/news`))).toEqual(['from a socket']);
  });

  test('logs the user out when a handler resets the session', async () => {
    const { url, jar, session } = await appWithSession();
    await jar.fetch(`${url}/login?as=ada`);
    const socket = await connected(url, { ...options, extraHeaders: jar.headers });
    expect(await socket.emitWithAck('reset')).toBe('saved');
    expect(await socket.emitWithAck('try')).toBe('ended');
    expect(await session()).toMatchObject({ user: null });
  });

  test('reports that a connection cannot write a session in a cookie', async () => {
    const { url, jar } = await appWithSession({ maxCookieSize: 1024 });
    await jar.fetch(`${url}/login?as=ada`);
    const socket = await connected(url, { ...options, extraHeaders: jar.headers });
    expect(await socket.emitWithAck('whoami')).toBe('ada');
    expect(await socket.emitWithAck('try')).toBe('SIO_SESSION_IN_COOKIE');
  });
});

test('does not save a session that a handler has only read', async () => {
  const { server, url, jar } = await appWithSession();
  await jar.fetch(`${url}/login?as=ada`);
  let ids = 0;
  server.ext('onPreAuth', ({ yar }, h) => {
    const cache = (yar as unknown as { _cache: { set(...args: unknown[]): unknown } })._cache;
    const { set } = cache;
    cache.set = (...args) => {
      ids++;
      return set.apply(cache, args);
    };
    return h.continue;
  });
  const socket = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
  expect(await socket.emitWithAck('read')).toBe('ada');
  expect(ids).toBe(0);
  expect(await socket.emitWithAck('visit')).toBe(1);
  expect(ids).toBe(1);
});

test('reports a session that was never saved', async () => {
  const { url } = await appWithSession({ storeBlank: false });
  const socket = await connected(url, { transports: ['websocket'] });
  expect(await socket.emitWithAck('try')).toBe('ended');
});

test('reports that there is no session plugin', async () => {
  const server = makeServer();
  await server.register(socketio({ '/': Account }));
  const socket = await connected(await listen(server), { transports: ['websocket'] });
  expect(await socket.emitWithAck('try')).toBe('SIO_SESSION_MISSING');
});

test('reports that the mount’s routes skip the session', async () => {
  const server = makeServer();
  await addSession(server);
  await server.register(socketio({ '/': Account }, { route: { plugins: { yar: { skip: true } } as object } }));
  const socket = await connected(await listen(server), { transports: ['websocket'] });
  expect(await socket.emitWithAck('try')).toBe('ended');
});

test('sends a new visitor the cookie of a saved session with the 101 of a WebSocket', async () => {
  const { url, jar, session } = await appWithSession();
  const { headers } = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
  jar.keep(headers['set-cookie']);
  expect(jar.header).toMatch(/^session=/);
  const socket = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
  expect(await socket.emitWithAck('visit')).toBe(1);
  expect(await session()).toMatchObject({ visits: 1 });
});

test('reads and saves lazy sessions, whose values are properties', async () => {
  class Lazy extends Namespace {
    onRename(name: string) {
      return withSession(this, (yar) => {
        const lazy = yar as unknown as { name?: string; age?: number };
        const before = lazy.name;
        lazy.name = name;
        delete lazy.age;
        return before;
      });
    }
  }
  const server = makeServer();
  await addSession(server);
  server.ext('onPreAuth', ({ yar }, h) => {
    yar.lazy(true);
    return h.continue;
  });
  server.route([
    { method: 'GET', path: '/name/{name}', handler: ({ yar, params }) => Object.assign(yar, params, { age: 3 }).id },
    { method: 'GET', path: '/name', handler: ({ yar }) => JSON.stringify({ ...yar, id: 0 }, ['name', 'age']) },
  ]);
  await server.register(socketio({ '/': Lazy }));
  const url = await listen(server);
  const jar = new CookieJar();
  await jar.fetch(`${url}/name/ada`);
  const socket = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
  await jar.fetch(`${url}/name/ben`);
  expect(await socket.emitWithAck('rename', 'cid')).toBe('ben');
  expect(JSON.parse(await jar.text(`${url}/name`))).toEqual({ name: 'cid' });
});

test.each([
  ['a cache', {}],
  ['a cache, with a cookie that is renewed', { storeBlank: true, cookieOptions: { ttl: 60_000 } }],
  ['the cookie', { maxCookieSize: 1024 }],
])(
  'Hapi keeps a user logged out if a poll waited during the logout, with the session in %s',
  async (_where, options) => {
    const cookieOptions = { password: 'a secret that is at least 32 characters long', isSecure: false };
    const { server, url, jar } = await appWithSession({
      ...options,
      cookieOptions: { ...cookieOptions, ...(options as { cookieOptions?: object }).cookieOptions },
    });
    server.ext('onPreHandler', ({ yar }, h) => {
      // Every request renews the cookie.
      yar.touch();
      return h.continue;
    });
    await jar.fetch(`${url}/login?as=ada`);
    const { headers } = jar;
    const poll = `${url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(poll, { headers })).text()).slice(1));
    const first = await fetch(`${poll}&sid=${sid}`, { method: 'POST', body: '40', headers });
    expect(first.headers.getSetCookie()).toEqual([]);
    await (await fetch(`${poll}&sid=${sid}`, { headers })).text();
    const held = fetch(`${poll}&sid=${sid}`, { headers });
    await expect.poll(() => server.io.engine.clients.get(sid)?.transport.writable).toBe(true);
    await jar.fetch(`${url}/logout`);
    server.io.emit('news');
    const answer = await held;
    expect(await answer.text()).toBe('42["news"]');
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(JSON.parse(await jar.text(`${url}/session`))).toMatchObject({ user: null });
  },
);
