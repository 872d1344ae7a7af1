import { outcomeOf, sessionSuite } from '@sio/conformance/suites';
import type Koa from 'koa';
import type { Context } from 'koa';
import session, { type CreateSessionOptions } from 'koa-session';
import { describe, expect, test } from 'vitest';
import { Namespace, socketio, withSession } from '../src/index.js';
import { CookieJar, connected, listen, MemoryStore, majors, RawWebSocket, transports } from './support/kit.js';

interface Values {
  user?: string;
  visits?: number;
  list?: number[];
}

class Account extends Namespace {
  onWhoami() {
    return this.request.session?.user ?? 'nobody';
  }

  onVisit() {
    return withSession(this, (current: Values) => {
      current.visits = (current.visits ?? 0) + 1;
      return current.visits;
    });
  }

  onRead() {
    return withSession(this, (current: Values) => current.user ?? 'nobody');
  }

  async onAdd(value: number) {
    await withSession(this, async (current: Values) => {
      const list = current.list ?? [];
      await new Promise(setImmediate);
      current.list = [...list, value];
    });
  }

  onSlowly() {
    return this.#outcome(async (current) => {
      this.emit('working');
      await new Promise<void>((resolve) => this.once('go on', resolve));
      current.visits = 99;
    });
  }

  onTry() {
    return this.#outcome((current) => {
      current.user = 'touched';
    });
  }

  async onLeave() {
    await withSession(this, () => {
      this.request.session = null;
    });
  }

  #outcome(work: (current: Values) => unknown): Promise<string> {
    return outcomeOf(withSession(this, work));
  }
}

/** Login, logout and a look at the session, by HTTP. */
function routes(app: Koa, endSockets: (id: string) => void = () => {}): void {
  app.use(async (ctx, next) => {
    if (ctx.path === '/login') {
      ctx.session.user = String(ctx.query.as);
      ctx.body = 'in';
    } else if (ctx.path === '/logout') {
      const id = ctx.session.externalKey;
      if (ctx.query.sockets === 'too') ctx.res.once('finish', () => endSockets(id));
      ctx.session = null;
      ctx.body = 'out';
    } else if (ctx.path === '/session') ctx.body = ctx.session.toJSON();
    else await next();
  });
}

describe.each(majors)('%s with koa-session and a store', (_name, App) => {
  async function appWithSession(options: CreateSessionOptions = {}, visitor: (ctx: Context) => void = () => {}) {
    const app: Koa = new App();
    const store = new MemoryStore();
    app.keys = ['k'];
    app.use(session({ store, ...options } as CreateSessionOptions, app));
    app.use(async (ctx, next) => {
      visitor(ctx);
      await next();
    });
    routes(app, (id) => chat.io.endSession(id));
    const chat = socketio({ '/': Account }, { pingInterval: 60_000 });
    app.use(chat);
    return { url: await listen(app, chat), store, jar: new CookieJar(), chat };
  }

  const users = (store: MemoryStore) => [...store.sessions.values()].map(({ user }) => user).filter(Boolean);

  sessionSuite(
    async (eagerly) => {
      const { url, store } = await appWithSession({ rolling: eagerly });
      return { url, users: () => users(store) };
    },
    async (maxAge) => {
      const { url, store } = await appWithSession({ maxAge });
      const only = () => [...store.sessions.values()][0]!;
      const expireIn = (ms: number) => Object.assign(only(), { _expire: Date.now() + ms });
      return { url, expireIn, expiry: () => only()._expire as number };
    },
  );

  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };

    test('lets a handler log a user out', async () => {
      const { url, jar, store } = await appWithSession();
      await jar.fetch(`${url}/login?as=ada`);
      const socket = await connected(url, { ...options, extraHeaders: jar.headers });
      await socket.emitWithAck('leave');
      expect(store.sessions.size).toBe(0);
      expect(await socket.emitWithAck('try')).toBe('ended');
      expect(await jar.text(`${url}/session`)).toBe('{}');
    });
  });

  test('keeps a session as koa-session does, with its age', async () => {
    const { url, jar, store } = await appWithSession({ maxAge: 60_000 });
    await jar.fetch(`${url}/login?as=ada`);
    const [before] = [...store.sessions.values()];
    const socket = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
    await socket.emitWithAck('visit');
    const [after] = [...store.sessions.values()];
    expect(after).toEqual({ ...before, visits: 1, _expire: expect.any(Number) });
    expect(after?._expire as number).toBeGreaterThanOrEqual(before?._expire as number);
  });

  test('keeps a session that ends with the browser', async () => {
    const { url, jar, store } = await appWithSession({ maxAge: 'session' });
    await jar.fetch(`${url}/login?as=ada`);
    const socket = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
    await socket.emitWithAck('visit');
    expect([...store.sessions.values()]).toEqual([{ user: 'ada', visits: 1, _session: true }]);
    expect(JSON.parse(await jar.text(`${url}/session`))).toEqual({ user: 'ada', visits: 1 });
  });

  test('does not save a session that a handler has only read', async () => {
    const { url, jar, store } = await appWithSession();
    await jar.fetch(`${url}/login?as=ada`);
    const socket = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
    const { saves } = store;
    expect(await socket.emitWithAck('read')).toBe('ada');
    expect(store.saves).toBe(saves);
  });

  test('reports a session that was never saved or has expired', async () => {
    const { url, jar, store } = await appWithSession();
    const visitor = await connected(url, { transports: ['websocket'] });
    expect(await visitor.emitWithAck('try')).toBe('ended');
    await jar.fetch(`${url}/login?as=ada`);
    const ada = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
    for (const [key, values] of store.sessions) store.sessions.set(key, { ...values, _expire: Date.now() - 1 });
    expect(await ada.emitWithAck('try')).toBe('ended');
  });

  test('sends a new visitor the cookie of a saved session with the 101 of a WebSocket', async () => {
    const { url, jar, store } = await appWithSession({}, (ctx) => {
      ctx.session.visits ??= 0;
    });
    const { headers } = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
    jar.keep(headers['set-cookie']);
    expect(jar.header).toContain('koa.sess=');
    expect(store.sessions.size).toBe(1);
    await jar.fetch(`${url}/login?as=ada`);
    expect([...store.sessions.values()]).toMatchObject([{ user: 'ada', visits: 0 }]);
  });

  test('works with a ContextStore', async () => {
    const store = new MemoryStore();
    class ContextStore {
      get(key: string) {
        return store.get(key);
      }

      set(key: string, values: Record<string, unknown>) {
        return store.set(key, values);
      }

      destroy(key: string) {
        return store.destroy(key);
      }
    }
    const { url, jar } = await appWithSession({ ContextStore: ContextStore as never, store: undefined as never });
    await jar.fetch(`${url}/login?as=ada`);
    const socket = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
    expect(await socket.emitWithAck('visit')).toBe(1);
    expect([...store.sessions.values()]).toMatchObject([{ user: 'ada', visits: 1 }]);
  });
});

describe.each(majors)('%s, logging out while a poll is held', (_name, App) => {
  test.each<[string, { store?: MemoryStore; rolling?: boolean }]>([
    ['a cookie', {}],
    ['a rolling cookie', { rolling: true }],
    ['a store', { store: new MemoryStore() }],
    ['a store and a rolling cookie', { store: new MemoryStore(), rolling: true }],
  ])('is a logout, with the session in %s', async (_where, options) => {
    const app: Koa = new App();
    app.keys = ['k'];
    app.use(session(options as CreateSessionOptions, app));
    app.use(async (ctx, next) => {
      // koa-session looks into a cookie, and renews it, only if somebody asks.
      void ctx.session.user;
      await next();
    });
    routes(app);
    const chat = socketio({ '/': Account }, { pingInterval: 60_000 });
    app.use(chat);
    const url = await listen(app, chat);
    const jar = new CookieJar();
    await jar.fetch(`${url}/login?as=ada`);
    const { sid } = JSON.parse((await jar.text(`${url}/socket.io/?EIO=4&transport=polling`)).slice(1));
    const poll = `${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    await jar.text(poll, { method: 'POST', body: '40' });
    await jar.text(poll);
    const held = jar.fetch(poll);
    await jar.fetch(`${url}/logout`);
    expect(jar.header).toBe('');
    await jar.text(poll, { method: 'POST', body: '420["whoami"]' });
    const answer = await held;
    expect(await answer.text()).toContain('430["ada"]');
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await jar.text(`${url}/session`)).toBe('{}');
    if (options.store !== undefined) expect(options.store.sessions.size).toBe(0);
  });
});

describe.each(majors)('%s without a store', (_name, App) => {
  test('reports that a connection cannot write a cookie', async () => {
    const app: Koa = new App();
    app.keys = ['k'];
    app.use(session(app));
    routes(app);
    const chat = socketio({ '/': Account });
    app.use(chat);
    const url = await listen(app, chat);
    const jar = new CookieJar();
    await jar.fetch(`${url}/login?as=ada`);
    for (const [, list] of transports) {
      const socket = await connected(url, { transports: [...list], extraHeaders: jar.headers });
      expect(await socket.emitWithAck('whoami')).toBe('ada');
      expect(await socket.emitWithAck('try')).toBe('SIO_SESSION_IN_COOKIE');
    }
  });

  test('reports that there is no session middleware', async () => {
    const app: Koa = new App();
    const chat = socketio({ '/': Account });
    app.use(chat);
    const socket = await connected(await listen(app, chat), { transports: ['websocket'] });
    expect(await socket.emitWithAck('try')).toBe('SIO_SESSION_MISSING');
  });
});
