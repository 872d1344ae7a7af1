import http from 'node:http';
import http2 from 'node:http2';
import { certificate } from '@sio/test-kit';
import type { FastifyInstance } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, type SocketioOptions, socketio } from '../src/index.js';
import { connected, listen, majors, refused, transports } from './support/kit.js';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }

  onWhere() {
    const { originalUrl, url, ip, params, routeOptions } = this.request;
    return { originalUrl: originalUrl.split('?')[0], url: url.split('?')[0], ip, params, route: routeOptions.url };
  }

  onCaller() {
    return (this.request as { caller?: string }).caller;
  }

  onService() {
    return (this.request.server as FastifyInstance & { service?: string }).service;
  }
}

describe.each(majors)('%s', (_name, { fastify }) => {
  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };

    test('serves at the root of an app, and gives handlers the request of Fastify', async () => {
      const app = fastify();
      await app.register(socketio({ '/': Echo }));
      const socket = await connected(await listen(app), options);
      const expected = { originalUrl: '/socket.io/', url: '/socket.io/', ip: '127.0.0.1', route: '/socket.io/*' };
      expect(await socket.emitWithAck('where')).toMatchObject(expected);
    });

    test('serves below a prefix with parameters, within plugins that have prefixes of their own', async () => {
      const app = fastify();
      await app.register(
        async (tenants) => {
          await tenants.register(async (v1) => v1.register(socketio({ '/': Echo }), { prefix: '/live' }), {
            prefix: '/v1',
          });
        },
        { prefix: '/:tenant' },
      );
      const url = await listen(app);
      for (const tenant of ['acme', 'umbrella']) {
        const socket = await connected(url, { ...options, path: `/${tenant}/v1/live/socket.io` });
        expect(await socket.emitWithAck('where')).toMatchObject({
          originalUrl: `/${tenant}/v1/live/socket.io/`,
          params: { tenant },
        });
      }
      await refused(url, { ...options, path: '/socket.io' });
    });

    test('serves at another path', async () => {
      const app = fastify();
      await app.register(socketio({ '/': Echo }, { path: '/live/chat' }), { prefix: '/api' });
      const socket = await connected(await listen(app), { ...options, path: '/api/live/chat' });
      expect(await socket.emitWithAck('echo', 1)).toBe(1);
    });

    test('has the hooks and decorators of the plugin in which it is registered, and no others', async () => {
      const app = fastify();
      app.addHook('onRequest', async (request) => void Object.assign(request, { caller: 'everybody' }));
      await app.register(
        async (scope) => {
          scope.decorate('service', 'members only');
          scope.addHook('onRequest', async (request, reply) => {
            if (request.headers['x-key'] !== 'mellon') return reply.code(403).send('speak, friend');
            Object.assign(request, { caller: 'friend' });
          });
          await scope.register(socketio({ '/': Echo }));
        },
        { prefix: '/members' },
      );
      await app.register(socketio({ '/': Echo }));
      const url = await listen(app);
      const { description } = await refused(url, { ...options, path: '/members/socket.io' });
      expect(typeof description === 'number' ? `${description}` : description?.message).toContain('403');
      const extraHeaders = { 'x-key': 'mellon' };
      const member = await connected(url, { ...options, path: '/members/socket.io', extraHeaders });
      const anybody = await connected(url, options);
      expect([await member.emitWithAck('caller'), await anybody.emitWithAck('caller')]).toEqual([
        'friend',
        'everybody',
      ]);
      expect([await member.emitWithAck('service'), await anybody.emitWithAck('service')]).toEqual([
        'members only',
        undefined,
      ]);
    });

    test('has hooks that the app adds later, before it starts', async () => {
      const app = fastify();
      app.register(socketio({ '/': Echo }));
      app.addHook('onRequest', async (request) => void Object.assign(request, { caller: 'late' }));
      const socket = await connected(await listen(app), options);
      expect(await socket.emitWithAck('caller')).toBe('late');
    });

    test('serves two separate mounts', async () => {
      const app = fastify();
      const [one, two] = ['one', 'two'].map((who) => {
        class Who extends Namespace {
          onWho() {
            return who;
          }
        }
        return socketio({ '/': Who });
      });
      await app.register(one!, { prefix: '/one' });
      await app.register(async (scope) => scope.register(two!), { prefix: '/two' });
      const url = await listen(app);
      const second = await connected(url, { ...options, path: '/two/socket.io' });
      const first = await connected(url, { ...options, path: '/one/socket.io' });
      expect([await first.emitWithAck('who'), await second.emitWithAck('who')]).toEqual(['one', 'two']);
      expect([one!.io.engine.clientsCount, two!.io.engine.clientsCount]).toEqual([1, 1]);
    });

    test('serves over https', async () => {
      const app = fastify({ https: { ...certificate() } }) as unknown as FastifyInstance;
      await app.register(socketio({ '/': Echo }));
      const socket = await connected(await listen(app), { ...options, rejectUnauthorized: false });
      expect(await socket.emitWithAck('echo', Buffer.of(1, 2))).toEqual(Buffer.of(1, 2));
    });

    test('serves an app with its own server from serverFactory', async () => {
      const app = fastify({ serverFactory: (handler) => http.createServer((req, res) => handler(req, res)) });
      await app.register(socketio({ '/': Echo }));
      const socket = await connected(await listen(app), options);
      expect(await socket.emitWithAck('echo', Buffer.of(1, 2))).toEqual(Buffer.of(1, 2));
    });

    test('serves a URL that the app has rewritten', async () => {
      const app = fastify({ rewriteUrl: ({ url = '/' }) => url.replace(/^\/public\//, '/') });
      await app.register(socketio({ '/': Echo }));
      const socket = await connected(await listen(app), { ...options, path: '/public/socket.io' });
      expect(await socket.emitWithAck('echo', 1)).toBe(1);
    });
  });

  test('decorates the app with io, also before and outside of the plugin that registers it', async () => {
    const app = fastify();
    const chat = socketio({ '/': Echo });
    expect(app.hasDecorator('io')).toBe(false);
    await app.register(chat, { prefix: '/api' });
    let within: unknown;
    await app.register(async (scope) => {
      within = scope.io;
    });
    expect([app.io, within]).toEqual([chat.io, chat.io]);
    const other = socketio();
    await app.register(other, { prefix: '/other' });
    expect(app.io).toBe(chat.io);
    expect(other.io).not.toBe(chat.io);
  });

  test('decorates only the plugin that it is registered in', async () => {
    const app = fastify();
    const [one, two] = [socketio(), socketio()];
    const seen: unknown[] = [];
    await app.register(async (scope) => {
      await scope.register(one, { prefix: '/one' });
      seen.push(scope.io);
    });
    await app.register(async (scope) => {
      await scope.register(two, { prefix: '/two' });
      seen.push(scope.io);
    });
    expect(seen).toEqual([one.io, two.io]);
    expect(app.hasDecorator('io')).toBe(false);
  });

  test('broadcasts from ordinary routes', async () => {
    const app = fastify();
    await app.register(socketio({ '/': Echo }));
    app.post('/news', async ({ body }) => {
      app.io.emit('news', body);
      return { told: app.io.engine.clientsCount };
    });
    const url = await listen(app);
    const socket = await connected(url);
    const news = new Promise((resolve) => socket.once('news', resolve));
    const answer = await app.inject({ method: 'POST', url: '/news', payload: { title: 'extra' } });
    expect([answer.json(), await news]).toEqual([{ told: 1 }, { title: 'extra' }]);
  });

  test('leaves every other request to the app', async () => {
    const app = fastify();
    await app.register(socketio({ '/': Echo }));
    app.get('/socket.iox', async () => 'neighbour');
    app.get('/socket.io/page', async () => 'page');
    app.setNotFoundHandler((_request, reply) => reply.code(404).send('nothing here'));
    const url = await listen(app);
    expect(await (await fetch(`${url}/socket.iox`)).text()).toBe('neighbour');
    expect(await (await fetch(`${url}/socket.io/page`)).text()).toBe('page');
    for (const path of ['/nowhere', '/socket.io/nowhere', '/socket.io/nowhere?EIO=4&transport=polling']) {
      const answer = await fetch(url + path);
      expect([path, answer.status, await answer.text()]).toEqual([path, 404, 'nothing here']);
    }
  });

  test('allows inject for ordinary routes and for handshakes', async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    await app.register(socketio({ '/': Echo }));
    app.get('/hello', async () => 'hello');
    expect((await app.inject('/hello')).body).toBe('hello');
    expect((await app.inject('/socket.io/nowhere')).statusCode).toBe(404);
    expect((await app.inject('/socket.io/?EIO=4&transport=pigeon')).json()).toEqual({
      code: 0,
      message: 'Transport unknown',
    });
    const handshake = await app.inject('/socket.io/?EIO=4&transport=polling');
    expect([handshake.statusCode, handshake.body.slice(0, 8)]).toEqual([200, '0{"sid":']);
  });

  describe('over HTTP/2', () => {
    async function appOverHttp2(options: object, settings: SocketioOptions = {}) {
      const app = fastify({ http2: true, ...options } as object) as unknown as FastifyInstance;
      await app.register(socketio({ '/': Echo }, settings));
      const url = await listen(app);
      return { app, url };
    }

    function ask(session: http2.ClientHttp2Session, path: string, body?: string): Promise<[number, string]> {
      const method = body === undefined ? 'GET' : 'POST';
      const stream = session.request({ ':path': path, ':method': method });
      return new Promise((resolve, reject) => {
        let status = 0;
        let text = '';
        stream.setEncoding('utf8').once('response', (headers) => {
          status = Number(headers[':status']);
        });
        stream.on('data', (chunk) => (text += chunk)).once('end', () => resolve([status, text]));
        stream.once('error', reject).end(body);
      });
    }

    const POLLING = '/socket.io/?EIO=4&transport=polling';

    test.each([
      ['with TLS', () => ({ https: { ...certificate() } })],
      ['without', () => ({})],
    ])('serves long-polling, %s', async (_what, options) => {
      const { url, app } = await appOverHttp2(options());
      const session = http2.connect(url, { rejectUnauthorized: false });
      onTestFinished(() => session.destroy());
      const [, opening] = await ask(session, POLLING);
      const poll = `${POLLING}&sid=${JSON.parse(opening.slice(1)).sid}`;
      expect(await ask(session, poll, '40')).toEqual([200, 'ok']);
      expect((await ask(session, poll))[1]).toMatch(/^40/);
      const held = ask(session, poll);
      expect(await ask(session, poll, '420["echo","over h2"]')).toEqual([200, 'ok']);
      expect(await held).toEqual([200, '430["over h2"]']);
      expect(await ask(session, '/nowhere')).toMatchObject([404, expect.anything()]);
      const last = ask(session, poll);
      await expect.poll(() => app.io.engine.clients.values().next().value?.transport.writable).toBe(true);
      const closed = app.close();
      expect(await last).toEqual([200, '1']);
      session.close();
      await closed;
    });

    test("serves polls past its hooks with establishedRequests: 'direct'", async () => {
      const { url, app } = await appOverHttp2({ https: { ...certificate() } }, { establishedRequests: 'direct' });
      let requests = 0;
      app.server.on('request', () => (requests += 1));
      const session = http2.connect(url, { rejectUnauthorized: false });
      onTestFinished(() => session.destroy());
      const [, opening] = await ask(session, POLLING);
      const poll = `${POLLING}&sid=${JSON.parse(opening.slice(1)).sid}`;
      expect(await ask(session, poll, '40')).toEqual([200, 'ok']);
      expect((await ask(session, poll))[1]).toMatch(/^40/);
      expect(requests).toBe(1);
    });

    test('offers no WebSocket, so that clients stay on polling', async () => {
      const { url } = await appOverHttp2({ https: { ...certificate() } });
      const session = http2.connect(url, { rejectUnauthorized: false });
      onTestFinished(() => session.destroy());
      const [status, body] = await ask(session, '/socket.io/?EIO=4&transport=websocket');
      expect([status, JSON.parse(body)]).toMatchObject([400, { message: expect.any(String) }]);
    });

    test.each(transports)('serves clients over HTTP/1.1 with allowHTTP1, over %s', async (_transport, list) => {
      const { url } = await appOverHttp2({ https: { ...certificate(), allowHTTP1: true } });
      const socket = await connected(url, { transports: [...list], rejectUnauthorized: false });
      expect(await socket.emitWithAck('echo', Buffer.of(1))).toEqual(Buffer.of(1));
    });
  });
});
