import { outcomeOf, sessionSuite } from '@sio/conformance/suites';
import { startRedis } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import { RedisStore } from 'connect-redis';
import type { FastifyInstance, Session } from 'fastify';
import { createClient } from 'redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio, withSession } from '../src/index.js';
import { addSession, CookieJar, connected, listen, majors, RawWebSocket, transports } from './support/kit.js';

declare module 'fastify' {
  interface Session {
    user?: string;
    visits?: number;
    list?: number[];
  }
}

class Account extends Namespace {
  onWhoami() {
    return this.request.session?.user ?? 'nobody';
  }

  onVisit() {
    return withSession(this, (session) => {
      session.visits = (session.visits ?? 0) + 1;
      return session.visits;
    });
  }

  onRead() {
    return withSession(this, ({ user }) => user ?? 'nobody');
  }

  async onAdd(value: number) {
    await withSession(this, async (session) => {
      const list = session.list ?? [];
      await new Promise(setImmediate);
      session.list = [...list, value];
    });
  }

  onSlowly() {
    const work = withSession(this, async (session) => {
      this.emit('working');
      await new Promise<void>((resolve) => this.once('go on', resolve));
      session.visits = 99;
    });
    return outcomeOf(work);
  }

  onTry() {
    return outcomeOf(withSession(this, (session) => void Object.assign(session, { touched: true })));
  }

  onRenew() {
    return outcomeOf(withSession(this, (session) => session.regenerate()));
  }

  onLeave() {
    return outcomeOf(withSession(this, (session) => session.destroy()));
  }
}

/** Sessions as JSON, the way every store but that of one process has them. */
class JsonStore {
  readonly sessions = new Map<string, string>();
  saves = 0;

  get(id: string, done: (error: unknown, session?: Session | null) => void) {
    setImmediate(() => done(null, this.peek(id)));
  }

  set(id: string, session: Session, done: (error?: unknown) => void) {
    this.saves++;
    this.sessions.set(id, JSON.stringify(session));
    setImmediate(done);
  }

  destroy(id: string, done: (error?: unknown) => void) {
    this.sessions.delete(id);
    setImmediate(done);
  }

  peek(id: string): Session | null {
    return JSON.parse(this.sessions.get(id) ?? 'null');
  }

  get users(): (string | undefined)[] {
    return [...this.sessions.keys()].map((id) => this.peek(id)?.user).filter(Boolean);
  }
}

function routes(app: FastifyInstance): void {
  app.get<{ Querystring: { as: string } }>('/login', async ({ query, session }) => {
    session.user = query.as;
    return 'in';
  });
  app.get<{ Querystring: { sockets?: string } }>('/logout', async ({ query, session }) => {
    const { sessionId } = session;
    await session.destroy();
    if (query.sockets === 'too') app.io.endSession(sessionId);
    return 'out';
  });
  app.get('/session', async ({ session: { user, visits, list } }) => ({ user, visits, list }));
}

describe.each(majors)('%s with @fastify/session', (_name, major) => {
  async function appWithSession(settings: object = {}) {
    const app = major.fastify();
    const store = new JsonStore();
    await addSession(app, major, { store, ...settings });
    routes(app);
    const chat = socketio({ '/': Account }, { pingInterval: 60_000 });
    await app.register(chat);
    const url = await listen(app);
    return { url, store, jar: new CookieJar(), chat };
  }

  sessionSuite(
    async (eagerly) => {
      const { url, store } = await appWithSession(
        eagerly ? { rolling: true, cookie: { secure: false, maxAge: 60_000 } } : {},
      );
      return { url, users: () => store.users };
    },
    async (maxAge) => {
      const { url, store } = await appWithSession({ cookie: { secure: false, maxAge } });
      return { url, expireIn: (ms) => expireIn(store, ms), expiry: () => expiryIn(store) };
    },
  );

  describe('with the store in memory', () => {
    sessionSuite(() => appWithSession({ store: undefined }).then(({ url }) => ({ url })));
  });

  describe.skipIf(!service('redis-server'))('with the store in Redis', () => {
    sessionSuite(async () => {
      const client = await createClient({ url: await startRedis() }).connect();
      onTestFinished(() => client.destroy());
      const { url } = await appWithSession({ saveUninitialized: false, store: new RedisStore({ client }) });
      return { url, users: () => client.keys('*') };
    });
  });

  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };

    test('lets a handler log a user out', async () => {
      const { url, jar, store } = await appWithSession();
      await jar.fetch(`${url}/login?as=ada`);
      const socket = await connected(url, { ...options, extraHeaders: jar.headers });
      expect(await socket.emitWithAck('leave')).toBe('saved');
      expect(store.users).toEqual([]);
      expect(await socket.emitWithAck('try')).toBe('ended');
      expect(JSON.parse(await jar.text(`${url}/session`))).toEqual({});
    });

    test("refuses to change the id, because a WebSocket cannot set the browser's cookie", async () => {
      const { url, jar } = await appWithSession();
      await jar.fetch(`${url}/login?as=ada`);
      const socket = await connected(url, { ...options, extraHeaders: jar.headers });
      expect(await socket.emitWithAck('renew')).toBe('SIO_SESSION_REPLACED');
    });
  });

  test('does not save a session that a handler has only read', async () => {
    const { url, jar, store } = await appWithSession();
    await jar.fetch(`${url}/login?as=ada`);
    const socket = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
    const { saves } = store;
    expect(await socket.emitWithAck('read')).toBe('ada');
    expect(store.saves).toBe(saves);
  });

  /** Another date of expiry (ms from now) in the store, as HTTP requests leave it there. */
  function expireIn(store: JsonStore, ms: number) {
    const expires = new Date(Date.now() + ms).toISOString();
    for (const [id, json] of store.sessions) {
      const session = JSON.parse(json);
      store.sessions.set(id, JSON.stringify({ ...session, cookie: { ...session.cookie, expires } }));
    }
    return expires;
  }

  function expiryIn(store: JsonStore) {
    const [session] = [...store.sessions.keys()].map((id) => store.peek(id));
    return new Date(session?.cookie.expires ?? 0).getTime();
  }

  test('keeps the expiry that an HTTP request has set since the connection opened', async () => {
    const { url, jar, store } = await appWithSession({ cookie: { secure: false, maxAge: 60_000 } });
    await jar.fetch(`${url}/login?as=ada`);
    const socket = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
    for (const [id, json] of store.sessions) {
      const session = JSON.parse(json);
      store.sessions.set(id, JSON.stringify({ ...session, cookie: { ...session.cookie, originalMaxAge: 3_600_000 } }));
    }
    const before = Date.now();
    expect(await socket.emitWithAck('visit')).toBe(1);
    expect(expiryIn(store)).toBeGreaterThanOrEqual(before + 3_600_000);
    const [session] = [...store.sessions.keys()].map((id) => store.peek(id));
    expect(session).toMatchObject({ user: 'ada', visits: 1, cookie: { originalMaxAge: 3_600_000 } });
  });

  test('keeps the expiry of a session with a fixed end', async () => {
    const expires = new Date(Date.now() + 3_600_000);
    const { url, jar, store } = await appWithSession({ cookie: { secure: false, expires } });
    await jar.fetch(`${url}/login?as=ada`);
    const socket = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
    expect(await socket.emitWithAck('visit')).toBe(1);
    expect(expiryIn(store)).toBe(expires.getTime());
  });

  test('treats an expired session as ended, even if the store still has it', async () => {
    const { url, jar, store } = await appWithSession({ cookie: { secure: false, maxAge: 60_000 } });
    await jar.fetch(`${url}/login?as=ada`);
    const socket = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
    expireIn(store, -1);
    expect(await socket.emitWithAck('try')).toBe('ended');
  });

  test('reports a session that was never saved or is gone', async () => {
    const { url, jar, store } = await appWithSession({ saveUninitialized: false });
    const visitor = await connected(url, { transports: ['websocket'] });
    expect(await visitor.emitWithAck('try')).toBe('ended');
    await jar.fetch(`${url}/login?as=ada`);
    const ada = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
    for (const id of store.sessions.keys()) await new Promise((resolve) => store.destroy(id, resolve));
    expect(await ada.emitWithAck('try')).toBe('ended');
  });

  test('sends a new visitor the cookie of a saved session with a handshake, or with the 101 of a WebSocket', async () => {
    for (const transport of ['polling', 'websocket']) {
      const { url, jar, store } = await appWithSession();
      const target = `${url}/socket.io/?EIO=4&transport=${transport}`;
      if (transport === 'polling') await jar.fetch(target);
      else jar.keep((await RawWebSocket.open(target)).headers['set-cookie']);
      expect(jar.header).toContain('sessionId=');
      expect(store.sessions.size).toBe(1);
      await jar.fetch(`${url}/login?as=ada`);
      expect([store.sessions.size, store.users]).toEqual([1, ['ada']]);
    }
  });

  test('renews a rolling cookie with a handshake and on the 101', async () => {
    const { url, jar } = await appWithSession({ rolling: true, cookie: { secure: false, maxAge: 60_000 } });
    await jar.fetch(`${url}/login?as=ada`);
    const { headers } = jar;
    const opened = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`, { headers });
    const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers });
    for (const cookies of [opened.headers['set-cookie'], answer.headers.getSetCookie()]) {
      expect(cookies).toEqual([expect.stringMatching(/^sessionId=.*Expires=/)]);
    }
  });

  test.each([
    { rolling: false },
    { rolling: true },
    { rolling: true, cookie: { secure: false, maxAge: 60_000 } },
    { saveUninitialized: false, rolling: true },
  ])('stays logged out if a poll waited during the logout, with %o', async (settings) => {
    const { url, jar, store, chat } = await appWithSession(settings);
    await jar.fetch(`${url}/login?as=ada`);
    const { headers } = jar;
    const handshake = await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers })).text();
    const { sid } = JSON.parse(handshake.slice(1));
    const poll = `${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    const posted = await fetch(poll, { method: 'POST', body: '40', headers });
    expect(posted.headers.getSetCookie()).toEqual([]);
    await (await fetch(poll, { headers })).text();
    const held = fetch(poll, { headers });
    await expect.poll(() => chat.io.engine.clients.get(sid)?.transport.writable, { interval: 5 }).toBe(true);
    await jar.fetch(`${url}/logout`);
    expect(store.users).toEqual([]);
    chat.io.emit('news', 1);
    const answer = await held;
    expect(await answer.text()).toBe('42["news",1]');
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(store.users).toEqual([]);
    expect(await (await fetch(`${url}/session`, { headers })).json()).toEqual({});
  });

  test('finds the session plugin if it is registered only in the scope of the mount', async () => {
    const app = major.fastify();
    await app.register(
      async (scope) => {
        await addSession(scope, major);
        routes(scope);
        await scope.register(socketio({ '/': Account }));
      },
      { prefix: '/members' },
    );
    await app.register(socketio({ '/': Account }));
    const url = await listen(app);
    const jar = new CookieJar();
    await jar.fetch(`${url}/members/login?as=ada`);
    for (const [, list] of transports) {
      const options = { transports: [...list], extraHeaders: jar.headers };
      const member = await connected(url, { ...options, path: '/members/socket.io' });
      expect(await member.emitWithAck('read')).toBe('ada');
      const anybody = await connected(url, options);
      expect(await anybody.emitWithAck('try')).toBe('SIO_SESSION_MISSING');
    }
  });
});

describe.each(majors)('%s without @fastify/session', (_name, { fastify }) => {
  test('reports that there is no session', async () => {
    const app = fastify();
    await app.register(socketio({ '/': Account }));
    const socket = await connected(await listen(app), { transports: ['websocket'] });
    expect(await socket.emitWithAck('try')).toBe('SIO_SESSION_MISSING');
  });
});
