import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import { type Server as HapiServer, server as hapi, type Lifecycle, type Plugin } from '@hapi/hapi';
import { certificate, listenOnPort } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { connected, listen, makeServer, mountEcho, RawWebSocket, refused, transports } from './support/kit.js';

function namespaceThatIs(who: string) {
  return class Who extends Namespace {
    onWho() {
      return who;
    }
  };
}

describe.each(transports)('Hapi over %s', (_transport, list) => {
  const options = { transports: [...list] };

  test('serves at the root of the server', async () => {
    const server = makeServer();
    await mountEcho(server);
    const socket = await connected(await listen(server), options);
    expect(await socket.emitWithAck('echo', 'hello')).toBe('hello');
    expect(await socket.emitWithAck('where')).toMatchObject({ path: '/socket.io/', ip: '127.0.0.1' });
  });

  test('serves below the prefix of its registration, including parameters and outer plugins', async () => {
    const server = makeServer();
    const outer: Plugin<void> = {
      name: 'outer',
      register: async (inner) => void (await mountEcho(inner, {}, '/v1')),
    };
    await server.register(outer, { routes: { prefix: '/shops/{shop}' } });
    const url = await listen(server);
    for (const shop of ['north', 'south']) {
      const path = `/shops/${shop}/v1/socket.io`;
      const socket = await connected(url, { ...options, path });
      expect(await socket.emitWithAck('where')).toMatchObject({ path: `${path}/`, params: { shop } });
    }
    await refused(url, { ...options, path: '/socket.io' });
  });

  test('serves two separate mounts on one server', async () => {
    const server = makeServer();
    const mounts = ['one', 'two'].map((who) => socketio({ '/': namespaceThatIs(who) }));
    await server.register(mounts[0]!, { routes: { prefix: '/one' } });
    await server.register(mounts[1]!, { routes: { prefix: '/two' } });
    const url = await listen(server);
    const two = await connected(url, { ...options, path: '/two/socket.io' });
    const one = await connected(url, { ...options, path: '/one/socket.io' });
    expect([await one.emitWithAck('who'), await two.emitWithAck('who')]).toEqual(['one', 'two']);
    expect(server.io).toBe(mounts[0]!.io);
    expect(mounts.map(({ io }) => io.engine.clientsCount)).toEqual([1, 1]);
  });

  test('serves a URL that an extension has rewritten', async () => {
    const server = makeServer();
    server.ext('onRequest', (request, h) => {
      if (request.path.startsWith('/old/')) request.setUrl(request.raw.req.url!.replace('/old/', '/live/'));
      return h.continue;
    });
    await mountEcho(server, {}, '/live');
    const socket = await connected(await listen(server), { ...options, path: '/old/socket.io' });
    expect(await socket.emitWithAck('where')).toMatchObject({ path: '/live/socket.io/' });
  });

  test('serves if the server strips slashes off paths', async () => {
    const server = makeServer({ router: { stripTrailingSlash: true } });
    await mountEcho(server);
    const socket = await connected(await listen(server), options);
    expect(await socket.emitWithAck('echo', Buffer.of(1))).toEqual(Buffer.of(1));
  });

  test('serves with the option tls', async () => {
    const server = makeServer({ tls: certificate() as { key: Buffer; cert: Buffer } });
    await mountEcho(server);
    const socket = await connected(await listen(server), { ...options, rejectUnauthorized: false });
    expect(await socket.emitWithAck('echo', Buffer.of(1, 2))).toEqual(Buffer.of(1, 2));
  });

  test('serves on the app’s own listener, and leaves it open', async () => {
    const listener = http.createServer();
    const port = await listenOnPort(listener);
    const server = hapi({ listener, autoListen: false });
    const { io } = await mountEcho(server);
    server.route({ method: 'GET', path: '/', handler: () => 'alive' });
    await server.start();
    const url = `http://127.0.0.1:${port}`;
    const socket = await connected(url, options);
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    await io.close();
    await gone;
    expect(listener.listening).toBe(true);
    expect(await (await fetch(url)).text()).toBe('alive');
  });
});

test('is a plugin with the name and version of its package', async () => {
  const server = makeServer();
  const plugin = await mountEcho(server);
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(plugin).toMatchObject({ name, version });
  expect(server.registrations[name as never]).toMatchObject({ name, version });
});

test('is a plugin that other plugins can depend on', async () => {
  const server = makeServer();
  const seen: unknown[] = [];
  const news: Plugin<void> = {
    name: 'news',
    register: (host) =>
      host.dependency('@sio/hapi', async (ready) => {
        seen.push(ready.io);
      }),
  };
  await server.register(news);
  await expect(server.initialize()).rejects.toThrow('@sio/hapi');
  const second = makeServer();
  await second.register(news);
  const { io } = await mountEcho(second);
  await second.initialize();
  expect(seen).toEqual([io]);
});

test('gives handlers of ordinary routes server.io and request.io', async () => {
  const server = makeServer();
  const { io } = await mountEcho(server);
  server.route({
    method: 'POST',
    path: '/news',
    handler(request) {
      request.io.emit('news', request.payload);
      return request.io === request.server.io;
    },
  });
  const url = await listen(server);
  expect(server.io).toBe(io);
  const socket = await connected(url, { transports: ['websocket'] });
  const news = new Promise((resolve) => socket.once('news', resolve));
  const { result } = await server.inject({ method: 'POST', url: '/news', payload: { text: 'rain' } });
  expect([result, await news]).toEqual([true, { text: 'rain' }]);
});

test('accepts options for its routes, such as auth and tags', async () => {
  const server = makeServer();
  server.auth.scheme('token', () => ({
    authenticate(request, h) {
      if (request.query.token !== 'mellon') return h.unauthenticated(new Error('Speak, friend'));
      return h.authenticated({ credentials: { user: { name: 'gandalf' } } });
    },
  }));
  server.auth.strategy('door', 'token');
  await mountEcho(server, { route: { auth: 'door', tags: ['live'], description: 'The doors of Durin' } });
  const url = await listen(server);
  expect(server.match('get', '/socket.io/')?.settings).toMatchObject({
    tags: ['live'],
    auth: { strategies: ['door'] },
  });
  const socket = await connected(url, { transports: ['websocket'], query: { token: 'mellon' } });
  expect(await socket.emitWithAck('user')).toEqual({ name: 'gandalf' });
});

test('leaves every other request to the app', async () => {
  const server = makeServer();
  await mountEcho(server);
  server.route([
    { method: 'GET', path: '/socket.iox', handler: () => 'neighbour' },
    { method: 'GET', path: '/socket.io/page', handler: () => 'page' },
  ]);
  const url = await listen(server);
  expect(await (await fetch(`${url}/socket.iox`)).text()).toBe('neighbour');
  expect(await (await fetch(`${url}/socket.io/page`)).text()).toBe('page');
  for (const path of ['/nowhere', '/socket.io/nowhere']) {
    const answer = await fetch(url + path);
    expect(await answer.json()).toEqual({ statusCode: 404, error: 'Not Found', message: 'Not Found' });
  }
});

test('does not change server.inject(), for ordinary routes and for its own', async () => {
  const server = makeServer();
  await mountEcho(server);
  server.route({ method: 'GET', path: '/', handler: () => 'hello' });
  expect(await server.inject('/')).toMatchObject({ statusCode: 200, result: 'hello' });
  expect((await server.inject('/nowhere')).statusCode).toBe(404);
  const handshake = await server.inject('/socket.io/?EIO=4&transport=polling');
  expect(handshake.statusCode).toBe(200);
  expect(handshake.payload).toMatch(/^0\{"sid":/);
  expect((await server.inject('/socket.io/?EIO=4&transport=polling&sid=unknown')).statusCode).toBe(400);
});

test('accepts no client before onPreStart is over, so that plugins are ready', async () => {
  const server = makeServer();
  const { io } = await mountEcho(server);
  const order: string[] = [];
  io.of('/').on('connection', () => order.push('connection'));
  const prepare = async () => {
    expect(server.listener.listening).toBe(false);
    await new Promise(setImmediate);
    io.of('/late').on('connection', (socket) => socket.emit('hello', 'from a namespace made in onPreStart'));
    order.push('onPreStart');
  };
  server.ext({ type: 'onPreStart', method: prepare });
  const url = await listen(server);
  const late = await connected(`${url}/late`, { transports: ['websocket'] });
  expect(late.connected).toBe(true);
  await connected(url, { transports: ['websocket'] });
  expect(order).toEqual(['onPreStart', 'connection']);
});

describe('server.stop()', () => {
  async function recordedStop(): Promise<{ server: HapiServer; url: string; order: string[] }> {
    const server = makeServer();
    const { io } = await mountEcho(server);
    const order: string[] = [];
    io.of('/').on('connection', (socket) => socket.on('disconnect', (reason) => order.push(reason)));
    server.ext('onPostStop', () => void order.push('onPostStop'));
    server.listener.once('close', () => order.push('listener closed'));
    return { server, url: await listen(server), order };
  }

  test.each(transports)('disconnects clients over %s, and does not wait for its timeout', async (_transport, list) => {
    const { server, url, order } = await recordedStop();
    const socket = await connected(url, { transports: [...list] });
    if (list.length === 2 && socket.io.engine.transport.name !== 'websocket') {
      await once(socket.io.engine as never, 'upgrade');
    }
    const [conn] = [...server.io.engine.clients.values()];
    await expect.poll(() => conn?.transport.writable).toBe(true);
    const reason = new Promise((resolve) => socket.once('disconnect', resolve));
    await server.stop({ timeout: 60_000 });
    expect(await reason).toBe('transport close');
    expect(order).toEqual(['server shutting down', 'listener closed', 'onPostStop']);
  });

  test('closes WebSockets with 1001', async () => {
    const { server, url } = await recordedStop();
    const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
    expect(await ws.next()).toMatch(/^0\{/);
    await server.stop({ timeout: 60_000 });
    expect(await ws.closed()).toBe(1001);
  });

  test('answers waiting polls', async () => {
    const { server, url } = await recordedStop();
    const poll = `${url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(poll)).text()).slice(1));
    const held = fetch(`${poll}&sid=${sid}`);
    await expect.poll(() => server.io.engine.clients.get(sid)?.transport.writable).toBe(true);
    await server.stop({ timeout: 60_000 });
    expect((await held).status).toBe(200);
  });

  test('refuses a client whose extensions finish later', async () => {
    const { server, url } = await recordedStop();
    const way = new EventEmitter();
    const hold: Lifecycle.Method = async (_request, h) => {
      way.emit('begun');
      await once(way, 'free');
      return h.continue;
    };
    server.ext('onPreAuth', hold);
    const begun = once(way, 'begun');
    const late = refused(url, { transports: ['websocket'] });
    await begun;
    const stopped = server.stop({ timeout: 60_000 });
    way.emit('free');
    await Promise.all([late, stopped]);
    expect(server.io.engine.clientsCount).toBe(0);
  });
});

test('serves polling over HTTP/2, and refuses WebSocket clients there', async () => {
  const listener = http2.createSecureServer({ ...certificate(), allowHTTP1: true });
  const server = hapi({ listener: listener as never, tls: true, port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.stop({ timeout: 100 }));
  await mountEcho(server);
  const url = await listen(server);
  const client = http2.connect(url, { rejectUnauthorized: false });
  onTestFinished(() => client.destroy());
  const poll = '/socket.io/?EIO=4&transport=polling';
  const { sid } = JSON.parse((await ask(client, { ':path': poll })).body.slice(1));
  expect(await ask(client, { ':path': `${poll}&sid=${sid}`, ':method': 'POST' }, '40')).toMatchObject({ status: 200 });
  expect((await ask(client, { ':path': `${poll}&sid=${sid}` })).body).toMatch(/^40\{"sid":/);
  await ask(client, { ':path': `${poll}&sid=${sid}`, ':method': 'POST' }, '420["echo","h2"]');
  expect((await ask(client, { ':path': `${poll}&sid=${sid}` })).body).toBe('430["h2"]');
  // A browser opens WebSockets over HTTP/1.1 then, on the same port.
  const socket = await connected(url, { transports: ['websocket'], rejectUnauthorized: false });
  expect(await socket.emitWithAck('echo', 'h1')).toBe('h1');
  const connectRequest = {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/socket.io/?EIO=4&transport=websocket',
  };
  expect(client.remoteSettings.enableConnectProtocol).not.toBe(true);
  await expect(ask(client, connectRequest)).rejects.toThrow();
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function ask(
  client: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body?: string,
): Promise<Answer> {
  const stream = client.request(headers, { endStream: body === undefined && headers[':method'] !== 'CONNECT' });
  const response = once(stream, 'response');
  if (body !== undefined) stream.end(body);
  const [head] = (await response) as [http2.IncomingHttpHeaders];
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return { status: Number(head[':status']), body: text };
}
