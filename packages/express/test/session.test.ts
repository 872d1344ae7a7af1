import { once } from 'node:events';
import { outcomeOf, sessionSuite } from '@sio/conformance/suites';
import { startRedis } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import { RedisStore } from 'connect-redis';
import cookieSession from 'cookie-session';
import session from 'express-session';
import { createClient } from 'redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { Namespace, socketio, withSession } from '../src/index.js';
import { CookieJar, connected, listen, majors, transports } from './support/kit.js';

declare module 'express-session' {
  interface SessionData {
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
    return withSession(this, (current) => {
      current.visits = (current.visits ?? 0) + 1;
      return current.visits;
    });
  }

  onRead() {
    return withSession(this, (current) => current.user ?? 'nobody');
  }

  async onAdd(value: number) {
    await withSession(this, async (current) => {
      const list = current.list ?? [];
      await new Promise(setImmediate);
      current.list = [...list, value];
    });
  }

  onSlowly() {
    const work = withSession(this, async (current) => {
      this.emit('working');
      await new Promise<void>((resolve) => this.once('go on', resolve));
      current.visits = 99;
    });
    return outcomeOf(work);
  }

  onTry() {
    return outcomeOf(withSession(this, (current) => void Object.assign(current, { touched: true })));
  }

  onRenew() {
    const work = withSession(
      this,
      (current) => new Promise<void>((resolve, reject) => current.regenerate((e) => (e ? reject(e) : resolve()))),
    );
    return outcomeOf(work);
  }
}

type Settings = Partial<session.SessionOptions>;

describe.each(majors)('%s with express-session', (_name, express) => {
  async function appWithSession(settings: Settings = {}) {
    const app = express();
    const store = new session.MemoryStore();
    app.use(session({ secret: 's', resave: false, saveUninitialized: true, store, ...settings }));
    app.get('/login', (req, res) => {
      req.session.user = String(req.query.as);
      res.send('in');
    });
    app.get('/logout', (req, res) => {
      if (req.query.sockets === 'too') mount.io.endSession(req.sessionID);
      req.session.destroy(() => void res.clearCookie('connect.sid').send('out'));
    });
    app.get('/session', (req, res) => void res.send(JSON.stringify({ ...req.session, cookie: undefined })));
    const mount = socketio({ '/': Account }, { pingInterval: 60_000 });
    app.use(mount);
    const url = await listen(app, mount);
    return { url, store, jar: new CookieJar(), mount };
  }

  sessionSuite(
    async (eagerly) => {
      const { url, store } = await appWithSession(eagerly ? { resave: true, rolling: true } : {});
      const users = async () => Object.values(await sessions(store)).flatMap(({ user }) => user ?? []);
      return { url, users };
    },
    async (maxAge) => {
      const { url, store } = await appWithSession({ cookie: { maxAge } });
      const expiry = async () => new Date((await onlySession(store))[1].cookie.expires ?? 0).getTime();
      const expireIn = async (ms: number) => {
        const [id, current] = await onlySession(store);
        const cookie = { ...current.cookie, expires: new Date(Date.now() + ms) } as session.Cookie;
        await new Promise((resolve) => store.set(id, { ...current, cookie }, resolve));
      };
      return { url, expiry, expireIn };
    },
  );

  describe.skipIf(!service('redis-server'))('and the store in Redis', () => {
    sessionSuite(async () => {
      const client = await createClient({ url: await startRedis() }).connect();
      onTestFinished(() => client.destroy());
      const { url } = await appWithSession({ saveUninitialized: false, store: new RedisStore({ client }) });
      return { url, users: () => client.keys('*') };
    });
  });

  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };

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
    let saves = 0;
    const set = store.set.bind(store);
    store.set = (...args) => {
      saves++;
      set(...args);
    };
    expect(await socket.emitWithAck('read')).toBe('ada');
    expect(saves).toBe(0);
  });

  test('reports a session that was never saved', async () => {
    const { url } = await appWithSession({ saveUninitialized: false });
    const socket = await connected(url, { transports: ['websocket'] });
    expect(await socket.emitWithAck('try')).toBe('ended');
  });

  test('sends a new visitor the cookie with a polling handshake', async () => {
    const { url, jar } = await appWithSession();
    const response = await jar.fetch(`${url}/socket.io/?EIO=4&transport=polling`);
    expect(response.status).toBe(200);
    expect(jar.header).toContain('connect.sid=');
    await jar.fetch(`${url}/login?as=ada`);
    expect(JSON.parse(await jar.text(`${url}/session`))).toEqual({ user: 'ada' });
  });

  test('sends a new visitor the cookie of a saved session with the 101 of a WebSocket', async () => {
    const { url, jar, store } = await appWithSession();
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const opened = once(ws, 'open');
    const [response] = await once(ws, 'upgrade');
    jar.keep(response.headers['set-cookie']);
    await opened;
    expect(jar.header).toContain('connect.sid=');
    expect(Object.keys(await sessions(store))).toHaveLength(1);
    await jar.fetch(`${url}/login?as=ada`);
    expect(Object.keys(await sessions(store))).toHaveLength(1);
    ws.terminate();
  });

  test.each([{ resave: true }, { rolling: true, cookie: { maxAge: 60_000 } }, { resave: true, rolling: true }])(
    'stays logged out if a poll waited during the logout, with %o',
    async (settings) => {
      const { url, jar, store } = await appWithSession(settings);
      await jar.fetch(`${url}/login?as=ada`);
      const { cookie } = jar.headers;
      const headers = { cookie: cookie! };
      const handshake = await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers })).text();
      const { sid } = JSON.parse(handshake.slice(1));
      const poll = `${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`;
      const first = await fetch(poll, { method: 'POST', body: '40', headers });
      expect(first.headers.getSetCookie()).toEqual([]);
      await (await fetch(poll, { headers })).text();
      const held = fetch(poll, { headers });
      await jar.fetch(`${url}/logout`);
      expect(await sessions(store)).toEqual({});
      const asked = await fetch(poll, { method: 'POST', body: '420["whoami"]' });
      expect(asked.status).toBe(200);
      const response = await held;
      expect(await response.text()).toContain('"ada"');
      expect(response.headers.getSetCookie()).toEqual([]);
      const users = Object.values(await sessions(store)).filter((data) => 'user' in data);
      expect(users).toEqual([]);
      expect(await (await fetch(`${url}/session`, { headers })).text()).toBe('{}');
    },
  );
});

describe.each(majors)('%s with other sessions', (_name, express) => {
  test('reports that a connection cannot write a cookie', async () => {
    const app = express();
    app.use(cookieSession({ name: 'session', keys: ['k'] }));
    app.get('/login', (req, res) => {
      req.session!.user = 'ada';
      res.send('in');
    });
    const mount = socketio({ '/': Account });
    app.use(mount);
    const url = await listen(app, mount);
    const jar = new CookieJar();
    await jar.fetch(`${url}/login`);
    for (const [, list] of transports) {
      const socket = await connected(url, { transports: [...list], extraHeaders: jar.headers });
      expect(await socket.emitWithAck('whoami')).toBe('ada');
      expect(await socket.emitWithAck('try')).toBe('SIO_SESSION_IN_COOKIE');
    }
  });

  test('reports that there is no session middleware', async () => {
    const app = express();
    const mount = socketio({ '/': Account });
    app.use(mount);
    const socket = await connected(await listen(app, mount), { transports: ['websocket'] });
    expect(await socket.emitWithAck('try')).toBe('SIO_SESSION_MISSING');
  });
});

function sessions(store: session.MemoryStore): Promise<Record<string, session.SessionData>> {
  return new Promise((resolve, reject) => {
    store.all!((error, all) => (error ? reject(error) : resolve((all ?? {}) as Record<string, session.SessionData>)));
  });
}

async function onlySession(store: session.MemoryStore): Promise<[string, session.SessionData]> {
  const all = Object.entries(await sessions(store));
  expect(all).toHaveLength(1);
  return all[0]!;
}
