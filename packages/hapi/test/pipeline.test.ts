import { PassThrough } from 'node:stream';
import type { Server as HapiServer, Request, ResponseToolkit } from '@hapi/hapi';
import hapiPino from 'hapi-pino';
import { describe, expect, test } from 'vitest';
import {
  connected,
  listen,
  makeServer,
  mountEcho,
  RawWebSocket,
  refused,
  statusOf,
  transports,
} from './support/kit.js';

const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';
const WEBSOCKET = '/socket.io/?EIO=4&transport=websocket';
const points = ['onRequest', 'onPreAuth', 'onCredentials', 'onPostAuth', 'onPreHandler'] as const;

describe.each(transports)('Hapi over %s', (_transport, list) => {
  const options = { transports: [...list] };

  test('runs the extension points in front of a handler, in their order', async () => {
    const server = makeServer();
    const seen = new Map<string, string[]>();
    for (const point of points) {
      server.ext(point as 'onPreAuth', (request, h) => {
        const kind = request.raw.req.headers.upgrade ?? (request.query.sid === undefined ? 'handshake' : 'poll');
        const ids = seen.get(`${kind} ${request.info.id}`) ?? [];
        seen.set(`${kind} ${request.info.id}`, [...ids, point]);
        return h.continue;
      });
    }
    await mountEcho(server);
    const socket = await connected(await listen(server), options);
    if (list.length === 2) await upgraded(socket);
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
    const kinds = new Set([...seen.keys()].map((key) => key.split(' ')[0]));
    const expected = {
      1: list[0] === 'polling' ? ['handshake', 'poll'] : ['websocket'],
      2: ['handshake', 'websocket'],
    };
    for (const kind of expected[list.length as 1 | 2]) expect(kinds).toContain(kind);
    for (const order of seen.values()) expect(order).toEqual(points.filter((point) => point !== 'onCredentials'));
  });

  test.each(['onRequest', 'onPreAuth', 'onPostAuth', 'onPreHandler'] as const)(
    'sends the client the response of an extension of %s',
    async (point) => {
      const server = makeServer();
      server.ext(point as 'onPreAuth', (request, h) =>
        request.headers.authorization === 'Bearer ada' ? h.continue : h.response('not you').code(403).takeover(),
      );
      await mountEcho(server);
      const url = await listen(server);
      expect(statusOf(await refused(url, options))).toBe(403);
      expect(server.io.engine.clientsCount).toBe(0);
      const socket = await connected(url, { ...options, extraHeaders: { authorization: 'Bearer ada' } });
      expect(await socket.emitWithAck('echo', 1)).toBe(1);
    },
  );

  test('answers 500 when an extension fails, and keeps serving', async () => {
    const server = makeServer();
    let failing = true;
    server.ext('onPreAuth', (_request, h) => {
      if (failing) throw new Error('the database is down');
      return h.continue;
    });
    await mountEcho(server);
    const url = await listen(server);
    expect(statusOf(await refused(url, options))).toBe(500);
    failing = false;
    expect((await connected(url, options)).connected).toBe(true);
  });

  test('lets the route option ext, pre and validate decide', async () => {
    const server = makeServer();
    await mountEcho(server, {
      route: {
        ext: { onPostAuth: { method: (request, h) => (request.query.ticket ? h.continue : deny(h, 402)) } },
        pre: [(request, h) => (request.query.ticket === 'gold' ? h.continue : deny(h, 403))],
      },
    });
    const url = await listen(server);
    expect(statusOf(await refused(url, options))).toBe(402);
    expect(statusOf(await refused(url, { ...options, query: { ticket: 'paper' } }))).toBe(403);
    const socket = await connected(url, { ...options, query: { ticket: 'gold' } });
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
  });

  test('answers in time although the server has a timeout for handlers', async () => {
    const server = makeServer({ routes: { timeout: { server: 5000 } } });
    server.ext('onPreHandler', (request, h) => (request.query.slow ? new Promise(() => {}) : h.continue));
    await mountEcho(server, { route: { timeout: { server: 50 } } });
    const url = await listen(server);
    expect(statusOf(await refused(url, { ...options, query: { slow: 'yes' } }))).toBe(503);
    const socket = await connected(url, options);
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
  });
});

test('sends cookies and headers that extensions set, with handshakes and with the 101', async () => {
  const server = makeServer();
  server.state('seen', { encoding: 'none', isSecure: false, isHttpOnly: true, isSameSite: false, path: '/' });
  server.ext('onPreAuth', (_request, h) => {
    h.state('seen', 'yes');
    return h.continue;
  });
  server.ext('onPreResponse', ({ response }, h) => {
    if ('header' in response) response.header('X-After', 'wards').state('late', 'too', { path: '/', isSecure: false });
    return h.continue;
  });
  await mountEcho(server);
  const url = await listen(server);
  const { headers } = await RawWebSocket.open(url + WEBSOCKET);
  const handshake = await fetch(url + HANDSHAKE);
  for (const cookies of [headers['set-cookie'] ?? [], handshake.headers.getSetCookie()]) {
    expect(cookies.map((cookie) => cookie.split(';')[0]).sort()).toEqual(['late=too', 'seen=yes']);
  }
  expect([headers['x-after'], handshake.headers.get('x-after')]).toEqual(['wards', 'wards']);
});

test('holds a poll as long as necessary, although handlers have a time limit', async () => {
  const server = makeServer({ routes: { timeout: { server: 50 } } });
  await mountEcho(server);
  server.route({ method: 'GET', path: '/slow', handler: () => new Promise(() => {}) });
  const url = await listen(server);
  const { sid } = JSON.parse((await (await fetch(url + HANDSHAKE)).text()).slice(1));
  const held = fetch(`${url}${HANDSHAKE}&sid=${sid}`);
  await expect.poll(() => server.io.engine.clients.get(sid)?.transport.writable).toBe(true);
  // It began later, and its time is over.
  expect((await fetch(`${url}/slow`)).status).toBe(503);
  await fetch(`${url}${HANDSHAKE}&sid=${sid}`, { method: 'POST', body: '40' });
  const answer = await held;
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/^40/)]);
});

test('lets onPreResponse replace a 101', async () => {
  const server = makeServer();
  server.ext('onPreResponse', (request, h) => {
    const { response } = request;
    return 'statusCode' in response && response.statusCode === 101 ? h.response('full').code(503) : h.continue;
  });
  await mountEcho(server);
  const url = await listen(server);
  expect(statusOf(await refused(url, { transports: ['websocket'] }))).toBe(503);
  expect(server.io.engine.clientsCount).toBe(0);
  expect((await connected(url, { transports: ['polling'] })).connected).toBe(true);
});

test('writes one line to the log of hapi-pino for a WebSocket, with status 101', async () => {
  const server = makeServer();
  const lines = await logTo(server);
  await mountEcho(server);
  const url = await listen(server);
  const socket = await connected(url, { transports: ['websocket'] });
  await socket.emitWithAck('echo', 1);
  socket.disconnect();
  await fetch(`${url}/socket.io/?EIO=4&transport=carrier-pigeon`);
  await expect.poll(() => lines).toEqual(['GET 101', 'GET 400']);
});

test('writes a line to the log of hapi-pino for each poll', async () => {
  const server = makeServer();
  const lines = await logTo(server);
  await mountEcho(server);
  const socket = await connected(await listen(server), { transports: ['polling'] });
  await socket.emitWithAck('echo', 1);
  expect(lines.slice(0, 1)).toEqual(['GET 200']);
  expect(new Set(lines)).toEqual(new Set(['GET 200', 'POST 200']));
});

test('reports each request once: response events, onPostResponse', async () => {
  const server = makeServer();
  const told: string[] = [];
  const note = (what: string) => (request: Request) => void told.push(`${what} ${request.raw.res.statusCode}`);
  server.events.on('response', note('response'));
  server.ext('onPostResponse', note('onPostResponse') as never);
  await mountEcho(server);
  const url = await listen(server);
  const socket = await connected(url, { transports: ['websocket'] });
  socket.disconnect();
  expect(told).toEqual(['response 101', 'onPostResponse 101']);
});

describe('payloads', () => {
  test('are limited by the option of the mount, not by that of Hapi', async () => {
    const server = makeServer({ routes: { payload: { maxBytes: 100 } } });
    await mountEcho(server, { maxHttpBufferSize: 10_000 });
    server.route({ method: 'POST', path: '/text', handler: ({ payload }) => payload });
    const url = await listen(server);
    const { sid } = JSON.parse((await (await fetch(url + HANDSHAKE)).text()).slice(1));
    const post = (body: string) => fetch(`${url}${HANDSHAKE}&sid=${sid}`, { method: 'POST', body });
    expect((await post('40')).status).toBe(200);
    expect((await post(`42["echo","${'x'.repeat(9_000)}"]`)).status).toBe(200);
    expect((await post('4'.repeat(10_001))).status).toBe(413);
    expect(await (await fetch(`${url}/text`, { method: 'POST', body: 'short' })).text()).toBe('short');
    expect((await fetch(`${url}/text`, { method: 'POST', body: 'x'.repeat(101) })).status).toBe(413);
  });

  test('are accepted with content types that Hapi would refuse or parse', async () => {
    const server = makeServer({ routes: { payload: { parse: true, failAction: 'error', multipart: false } } });
    await mountEcho(server);
    const url = await listen(server);
    const { sid } = JSON.parse((await (await fetch(url + HANDSHAKE)).text()).slice(1));
    for (const type of ['text/plain;charset=UTF-8', 'application/x-strange', 'application/json', '']) {
      const answer = await fetch(`${url}${HANDSHAKE}&sid=${sid}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: Buffer.from('42["echo",{"a":1}]'),
      });
      expect([type, answer.status]).toEqual([type, 200]);
    }
  });

  test('may be large in both directions while Hapi compresses its own responses', async () => {
    const server = makeServer({ compression: { minBytes: 1 } });
    await mountEcho(server);
    server.route({ method: 'GET', path: '/', handler: () => 'x'.repeat(5000) });
    const url = await listen(server);
    expect((await fetch(url)).headers.get('content-encoding')).toBe('gzip');
    for (const [, list] of transports) {
      const socket = await connected(url, { transports: [...list] });
      const long = 'compress me '.repeat(10_000);
      expect(await socket.emitWithAck('echo', long)).toBe(long);
      expect(await socket.emitWithAck('echo', Buffer.alloc(50_000, 1))).toEqual(Buffer.alloc(50_000, 1));
    }
  });
});

/** Lines of hapi-pino for requests, as `GET 200`. */
async function logTo(server: HapiServer): Promise<string[]> {
  const lines: string[] = [];
  const stream = new PassThrough();
  stream.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.trim().split('\n')) {
      const { req, res } = JSON.parse(line);
      if (req !== undefined) lines.push(`${req.method.toUpperCase()} ${res.statusCode}`);
    }
  });
  await server.register({ plugin: hapiPino, options: { stream: stream as never, level: 'info' } });
  return lines;
}

function deny(h: ResponseToolkit, status: number) {
  return h.response('no').code(status).takeover();
}

async function upgraded(socket: {
  io: { engine: { transport: { name: string }; once(event: string, fn: () => void): void } };
}) {
  const { engine } = socket.io;
  if (engine.transport.name !== 'websocket') await new Promise<void>((resolve) => engine.once('upgrade', resolve));
}
