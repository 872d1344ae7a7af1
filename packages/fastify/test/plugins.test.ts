import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, type SocketioOptions, socketio } from '../src/index.js';
import { connected, listen, majors, RawWebSocket, refused, transports } from './support/kit.js';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }
}

const POLLING = '/socket.io/?EIO=4&transport=polling';
const WEBSOCKET = '/socket.io/?EIO=4&transport=websocket';

describe.each(majors)('%s', (_name, { fastify, load }) => {
  async function appWith(configure: (app: FastifyInstance) => unknown, options: SocketioOptions = {}) {
    const app = fastify();
    await configure(app);
    await app.register(socketio({ '/': Echo }, options));
    return { app, url: await listen(app) };
  }

  describe.each(transports)('over %s', (_transport, list) => {
    test.each<[string, (app: FastifyInstance) => unknown]>([
      ['@fastify/compress', (app) => app.register(load('compress'), { threshold: 0 })],
      ['@fastify/helmet', (app) => app.register(load('helmet'))],
      ['@fastify/formbody', (app) => app.register(load('formbody'))],
      ['@fastify/multipart', (app) => app.register(load('multipart'), { attachFieldsToBody: true })],
      ['@fastify/cors', (app) => app.register(load('cors'), { origin: true })],
      ['@fastify/rate-limit', (app) => app.register(load('rate-limit'), { max: 1000 })],
      [
        'a parser for every type',
        (app) => app.addContentTypeParser('*', { parseAs: 'buffer' }, (_r, b, d) => d(null, b)),
      ],
      [
        'parsers by pattern and by name',
        (app) => {
          app.addContentTypeParser(/^text\//, { parseAs: 'string' }, (_r, b, done) => done(null, b));
          app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_r, b, done) => done(null, b));
        },
      ],
    ])('works with %s', async (_what, configure) => {
      const { url } = await appWith(configure);
      const socket = await connected(url, { transports: [...list] });
      expect(await socket.emitWithAck('echo', 'häl"lo\u2028')).toBe('häl"lo\u2028');
      expect(await socket.emitWithAck('echo', Buffer.of(0, 255, 13, 10))).toEqual(Buffer.of(0, 255, 13, 10));
      const big = 'compress me '.repeat(10_000);
      expect(await socket.emitWithAck('echo', big)).toBe(big);
    });

    test('reports that the limit of @fastify/rate-limit is reached', async () => {
      const { url } = await appWith(async (app) => {
        await app.register(load('rate-limit'), { max: 1, timeWindow: 60_000 });
        app.get('/', async () => 'hello');
        app.get('/other', { config: { rateLimit: false } }, async () => 'no limit here');
      });
      await fetch(url + POLLING);
      const { description } = await refused(url, { transports: [...list] });
      expect(typeof description === 'number' ? `${description}` : description?.message).toContain('429');
      expect(await (await fetch(url + POLLING)).json()).toMatchObject({ statusCode: 429 });
      expect((await fetch(`${url}/other`)).status).toBe(200);
    });

    test("is exempt from the limit of @fastify/rate-limit if the mount's route says so", async () => {
      const { url } = await appWith((app) => app.register(load('rate-limit'), { max: 1, timeWindow: 60_000 }), {
        route: { config: { rateLimit: false } },
      });
      const socket = await connected(url, { transports: [...list] });
      for (let n = 0; n < 5; n++) expect(await socket.emitWithAck('echo', n)).toBe(n);
    });
  });

  test('sends helmet’s headers with handshakes and the 101', async () => {
    const { url } = await appWith((app) => app.register(load('helmet')));
    const handshake = await fetch(url + POLLING);
    const { headers } = await RawWebSocket.open(url + WEBSOCKET);
    expect([handshake.headers.get('x-frame-options'), headers['x-frame-options']]).toEqual([
      'SAMEORIGIN',
      'SAMEORIGIN',
    ]);
  });

  test('sends the headers of @fastify/rate-limit with handshakes and the 101', async () => {
    const { url } = await appWith((app) => app.register(load('rate-limit'), { max: 10 }));
    const handshake = await fetch(url + POLLING);
    const { headers } = await RawWebSocket.open(url + WEBSOCKET);
    expect([handshake.headers.get('x-ratelimit-remaining'), headers['x-ratelimit-remaining']]).toEqual(['9', '8']);
  });

  test('serves its page with @fastify/static, and leaves the page’s folder alone', async () => {
    const root = mkdtempSync(join(tmpdir(), 'sio-static-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    writeFileSync(join(root, 'index.html'), '<title>chat</title>');
    for (const order of ['before', 'after']) {
      const app = fastify();
      if (order === 'before') await app.register(load('static'), { root });
      await app.register(socketio({ '/': Echo }));
      if (order === 'after') await app.register(load('static'), { root });
      const url = await listen(app);
      expect(await (await fetch(url)).text()).toBe('<title>chat</title>');
      expect((await fetch(`${url}/socket.io/nothing`)).status).toBe(404);
      expect((await fetch(`${url}/socket.io/socket.io.js`)).headers.get('content-type')).toContain('javascript');
      for (const [, list] of transports) {
        const socket = await connected(url, { transports: [...list] });
        expect(await socket.emitWithAck('echo', 1)).toBe(1);
      }
    }
  });

  test('leaves the app’s parsers and bodyLimit unchanged for the app’s own routes', async () => {
    const app = fastify({ bodyLimit: 100 });
    await app.register(load('formbody'));
    await app.register(socketio({ '/': Echo }, { maxHttpBufferSize: 10_000 }), { prefix: '/api' });
    app.post('/body', async ({ body }) => body);
    const url = await listen(app);
    const poll = `${url}/api${POLLING}`;
    const { sid } = JSON.parse((await (await fetch(poll)).text()).slice(1));
    const post = (body: string) => fetch(`${poll}&sid=${sid}`, { method: 'POST', body });
    expect((await post('40')).status).toBe(200);
    expect((await post(`42["echo","${'x'.repeat(9_000)}"]`)).status).toBe(200);
    expect((await post('4'.repeat(10_001))).status).toBe(413);
    const form = (a: string) => fetch(`${url}/body`, { method: 'POST', body: new URLSearchParams({ a }) });
    expect(await (await form('short')).json()).toEqual({ a: 'short' });
    expect((await form('x'.repeat(101))).status).toBe(413);
    const json = { method: 'POST', headers: { 'content-type': 'application/json' } };
    expect(await (await fetch(`${url}/body`, { ...json, body: '{"b":1}' })).json()).toEqual({ b: 1 });
  });

  test('accepts JSONP’s form posts behind @fastify/formbody and @fastify/multipart', async () => {
    const { url } = await appWith(async (app) => {
      await app.register(load('formbody'));
      await app.register(load('multipart'));
    });
    const poll = `${url}/socket.io/?EIO=3&transport=polling&j=0`;
    const script = async (target: string) => (await fetch(target)).text();
    const sid = /sid\\":\\"([\w-]+)/.exec(await script(poll))?.[1];
    expect(await script(`${poll}&sid=${sid}`)).toContain('("2:40")');
    const message = '420["echo","form"]';
    const body = new URLSearchParams({ d: `${message.length}:${message}` });
    expect(await (await fetch(`${poll}&sid=${sid}`, { method: 'POST', body })).text()).toBe('ok');
    expect(await script(`${poll}&sid=${sid}`)).toContain('430[\\"form\\"]');
  });

  describe('CORS', () => {
    const headers = { origin: 'https://page.example' };
    const corsHeaders = (answer: Response) =>
      [...answer.headers].filter(([name]) => name.startsWith('access-control-allow')).sort();

    test.each([
      ['@fastify/cors’s where that is registered', true, false],
      ['ours with the option cors', false, true],
      ['@fastify/cors’s alone where both are', true, true],
    ])('is %s, each header once', async (_whose, registered, option) => {
      const settings = { origin: 'https://page.example', credentials: true };
      const { url } = await appWith(
        (app) => registered && app.register(load('cors'), settings),
        option ? { cors: settings } : { allowedOrigins: 'https://page.example' },
      );
      const expected = [
        ['access-control-allow-credentials', 'true'],
        ['access-control-allow-origin', 'https://page.example'],
      ];
      const handshake = await fetch(url + POLLING, { headers });
      expect(corsHeaders(handshake)).toEqual(expected);
      const { sid } = JSON.parse((await handshake.text()).slice(1));
      const session = `${url}${POLLING}&sid=${sid}`;
      const posted = await fetch(session, { method: 'POST', body: '40', headers });
      expect(corsHeaders(posted)).toEqual(expected);
      expect(corsHeaders(await fetch(session, { headers }))).toEqual(expected);
      const asked = { ...headers, 'access-control-request-method': 'POST' };
      const preflight = await fetch(url + POLLING, { method: 'OPTIONS', headers: asked });
      expect(preflight.status).toBe(204);
      expect(corsHeaders(preflight).filter(([name]) => !/methods|headers/.test(name!))).toEqual(expected);
      const refusal = await fetch(`${url}${POLLING}&sid=unknown`, { headers });
      expect([refusal.status, corsHeaders(refusal)]).toEqual([400, expected]);
      const opened = await RawWebSocket.open(url + WEBSOCKET, { headers });
      expect(await opened.next()).toMatch(/^0/);
    });

    test('refuses a page of another origin that is not allowed, on every transport', async () => {
      const { url } = await appWith(() => {});
      for (const [, list] of transports) {
        const { description } = await refused(url, { transports: [...list], extraHeaders: headers });
        expect(typeof description === 'number' ? `${description}` : description?.message).toContain('403');
      }
    });
  });
});
