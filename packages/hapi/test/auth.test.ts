import basic from '@hapi/basic';
import cookie from '@hapi/cookie';
import type { Server as HapiServer, Request } from '@hapi/hapi';
import jwt from '@hapi/jwt';
import rateLimit from 'hapi-rate-limit';
import { describe, expect, test } from 'vitest';
import {
  Namespace,
  SessionError,
  type SessionIdOf,
  type SocketioOptions,
  socketio,
  withSession,
} from '../src/index.js';
import {
  CookieJar,
  connected,
  listen,
  makeServer,
  mountEcho,
  RawWebSocket,
  refused,
  SECRET,
  statusOf,
  transports,
} from './support/kit.js';

declare module '@hapi/hapi' {
  interface UserCredentials {
    name: string;
  }
}

class Account extends Namespace {
  onWhoami() {
    return this.request.auth.credentials?.user?.name ?? 'nobody';
  }

  async onTry() {
    const error = await withSession(this, () => {}).catch((reason: unknown) => reason);
    return error instanceof SessionError ? error.code : 'saved';
  }
}

const SESSIONS = 'sessions';

/** Logs in with @hapi/cookie, whose cookie holds the key of a session in the server's cache. */
async function addCookieLogin(server: HapiServer, options: { keepAlive?: boolean; redirectTo?: string } = {}) {
  const cache = server.cache<{ name: string }>({ segment: SESSIONS, expiresIn: 60_000 });
  await server.register(cookie);
  const { keepAlive = false, redirectTo } = options;
  server.auth.strategy('session', 'cookie', {
    cookie: { name: 'sid', password: SECRET, isSecure: false, path: '/', ttl: 60_000 },
    keepAlive,
    ...(redirectTo === undefined ? {} : { redirectTo }),
    validate: async (_request: Request, { id }: { id: string }) => {
      const user = await cache.get(id);
      return user === null ? { isValid: false } : { isValid: true, credentials: { user } };
    },
  });
  server.auth.default('session');
  server.route([
    {
      method: 'GET',
      path: '/login/{name}',
      options: { auth: false },
      async handler({ params, cookieAuth }) {
        const id = `id of ${params.name}`;
        await cache.set(id, { name: String(params.name) }, 0);
        cookieAuth.set({ id });
        return 'in';
      },
    },
    {
      method: 'GET',
      path: '/logout',
      async handler({ auth, cookieAuth, io }) {
        const { id } = auth.artifacts as { id: string };
        await cache.drop(id);
        cookieAuth.clear();
        io.endSession(id);
        return 'out';
      },
    },
    { method: 'GET', path: '/whoami', handler: ({ auth }) => auth.credentials.user?.name ?? '' },
  ]);
}

const sessionId: SessionIdOf<Request> = ({ auth }) => (auth.artifacts as { id?: string } | null)?.id;

async function appWithLogin(options: Parameters<typeof addCookieLogin>[1] = {}, mount: SocketioOptions = {}) {
  const server = makeServer();
  await addCookieLogin(server, options);
  await server.register(socketio({ '/': Account }, { sessionId, pingInterval: 60_000, ...mount }));
  return { server, url: await listen(server), jar: new CookieJar() };
}

describe.each(transports)('Hapi over %s', (_transport, list) => {
  const options = { transports: [...list] };

  test('accepts users who have logged in with @hapi/cookie, knows them, and disconnects their sockets at logout', async () => {
    const { url, jar } = await appWithLogin();
    expect(statusOf(await refused(url, options))).toBe(401);
    await jar.fetch(`${url}/login/ann`);
    const other = new CookieJar();
    await other.fetch(`${url}/login/ben`);
    const socket = await connected(url, { ...options, extraHeaders: jar.headers });
    const ben = await connected(url, { ...options, extraHeaders: other.headers });
    expect(await socket.emitWithAck('whoami')).toBe('ann');
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    const { headers } = jar;
    await jar.fetch(`${url}/logout`);
    expect(await gone).toMatch(
      list[0] === 'polling' ? /^(io server disconnect|transport error)$/ : /^io server disconnect$/,
    );
    expect(statusOf(await refused(url, { ...options, extraHeaders: headers }))).toBe(401);
    expect(await ben.emitWithAck('whoami')).toBe('ben');
  });

  test('reports that a connection cannot write the cookie of @hapi/cookie', async () => {
    const { url, jar } = await appWithLogin();
    await jar.fetch(`${url}/login/ann`);
    const socket = await connected(url, { ...options, extraHeaders: jar.headers });
    expect(await socket.emitWithAck('try')).toBe('SIO_SESSION_IN_COOKIE');
  });

  test('authenticates with @hapi/basic', async () => {
    const server = makeServer();
    await server.register(basic);
    server.auth.strategy('simple', 'basic', {
      validate: (_request: Request, name: string, password: string) => ({
        isValid: password === 'mellon',
        credentials: { user: { name } },
      }),
    });
    await server.register(socketio({ '/': Account }, { route: { auth: 'simple' } }));
    const url = await listen(server);
    expect(statusOf(await refused(url, options))).toBe(401);
    const authorization = (password: string) => `Basic ${Buffer.from(`ann:${password}`).toString('base64')}`;
    const guess = { extraHeaders: { authorization: authorization('friend') } };
    expect(statusOf(await refused(url, { ...options, ...guess }))).toBe(401);
    const right = { extraHeaders: { authorization: authorization('mellon') } };
    expect(await (await connected(url, { ...options, ...right })).emitWithAck('whoami')).toBe('ann');
  });

  test('authenticates with @hapi/jwt, and checks the scope of the route', async () => {
    const server = makeServer();
    await server.register(jwt);
    server.auth.strategy('token', 'jwt', {
      keys: SECRET,
      verify: { aud: false, iss: false, sub: false },
      validate: ({ decoded }: { decoded: { payload: { name: string; scope: string } } }) => ({
        isValid: true,
        credentials: { user: { name: decoded.payload.name }, scope: decoded.payload.scope },
      }),
    });
    await server.register(socketio({ '/': Account }, { route: { auth: { strategy: 'token', scope: 'chat' } } }));
    const url = await listen(server);
    const bearer = (scope: string) => {
      const token = jwt.token.generate({ name: 'ann', scope }, SECRET);
      return { ...options, extraHeaders: { authorization: `Bearer ${token}` } };
    };
    expect(statusOf(await refused(url, bearer('none')))).toBe(403);
    expect(await (await connected(url, bearer('chat'))).emitWithAck('whoami')).toBe('ann');
    const forged = { ...options, extraHeaders: { authorization: 'Bearer a.b.c' } };
    expect(statusOf(await refused(url, forged))).toBe(401);
  });

  test('accepts guests if authentication is optional', async () => {
    const { url, jar } = await appWithLogin({}, { route: { auth: { mode: 'try' } } });
    expect(await (await connected(url, options)).emitWithAck('whoami')).toBe('nobody');
    await jar.fetch(`${url}/login/ann`);
    const ann = await connected(url, { ...options, extraHeaders: jar.headers });
    expect(await ann.emitWithAck('whoami')).toBe('ann');
  });

  test('gives guards of events the logged-in user', async () => {
    const guards: SocketioOptions['guards'] = [
      ({ request }, attempt) =>
        attempt.type !== 'event' || attempt.event === 'whoami' || request.auth.credentials?.user?.name === 'root',
    ];
    const { url, jar } = await appWithLogin({}, { guards });
    await jar.fetch(`${url}/login/ann`);
    const ann = await connected(url, { ...options, extraHeaders: jar.headers });
    expect(await ann.emitWithAck('whoami')).toBe('ann');
    expect(await ann.emitWithAck('try')).toMatchObject({ error: { name: expect.any(String) } });
    const others = new CookieJar();
    await others.fetch(`${url}/login/root`);
    const root = await connected(url, { ...options, extraHeaders: others.headers });
    expect(await root.emitWithAck('try')).toBe('SIO_SESSION_IN_COOKIE');
  });

  test('reports to clients that the limit of hapi-rate-limit is reached', async () => {
    const server = makeServer();
    const options429 = { userLimit: 3, userPathLimit: false, pathLimit: false, authLimit: false };
    await server.register({ plugin: rateLimit, options: options429 });
    await mountEcho(server);
    server.route({ method: 'GET', path: '/', handler: () => 'hello' });
    const url = await listen(server);
    for (let i = 0; i < 3; i++) await fetch(url);
    expect(statusOf(await refused(url, options))).toBe(429);
  });
});

test('redirects users who have not logged in if the strategy does', async () => {
  const { url } = await appWithLogin({ redirectTo: '/login' });
  for (const upgrade of [{}, { connection: 'Upgrade', upgrade: 'websocket' }]) {
    const answer = await rawGet(`${url}/socket.io/?EIO=4&transport=websocket`, upgrade);
    expect([answer.status, answer.headers.location]).toEqual([302, '/login']);
  }
});

test('renews the cookie of @hapi/cookie with the 101, and never with a poll', async () => {
  const { url, jar, server } = await appWithLogin({ keepAlive: true });
  await jar.fetch(`${url}/login/ann`);
  const { headers } = jar;
  const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`, { headers });
  expect(ws.headers['set-cookie']?.[0]).toMatch(/^sid=.+Max-Age=60/);
  const poll = `${url}/socket.io/?EIO=4&transport=polling`;
  const handshake = await fetch(poll, { headers });
  expect(handshake.headers.getSetCookie()[0]).toMatch(/^sid=/);
  const { sid } = JSON.parse((await handshake.text()).slice(1));
  await fetch(`${poll}&sid=${sid}`, { method: 'POST', body: '40', headers });
  await (await fetch(`${poll}&sid=${sid}`, { headers })).text();
  const held = fetch(`${poll}&sid=${sid}`, { headers });
  await expect.poll(() => server.io.engine.clients.get(sid)?.transport.writable).toBe(true);
  await jar.fetch(`${url}/logout`);
  const answer = await held;
  expect(answer.status).toBe(200);
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect((await fetch(`${url}/whoami`, { headers })).status).toBe(401);
});

async function rawGet(url: string, headers: Record<string, string>) {
  const { get } = await import('node:http');
  return new Promise<{ status: number | undefined; headers: Record<string, unknown> }>((resolve, reject) => {
    const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' };
    get(url, { headers: { ...key, ...headers }, agent: false }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, headers: response.headers });
    }).on('error', reject);
  });
}
