import type { Socket } from 'node:net';
import { refusedUpgrade } from '@sio/test-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler, preHandlerHookHandler } from 'fastify';
import { describe, expect, test } from 'vitest';
import { Namespace, type SocketioOptions, socketio } from '../src/index.js';
import { connected, listen, majors, RawWebSocket, refused, transports } from './support/kit.js';

declare module 'fastify' {
  interface FastifyRequest {
    caller?: string;
  }
}

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }

  onCaller() {
    return this.request.caller;
  }
}

const POLLING = '/socket.io/?EIO=4&transport=polling';
const WEBSOCKET = '/socket.io/?EIO=4&transport=websocket';

describe.each(majors)('%s', (_name, { fastify }) => {
  async function appWith(configure: (app: FastifyInstance) => unknown, options: SocketioOptions = {}) {
    const app = fastify();
    await configure(app);
    await app.register(socketio({ '/': Echo }, options));
    return { app, url: await listen(app) };
  }

  describe.each(['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const)('a hook %s', (phase) => {
    const guarded = (guard: (request: FastifyRequest, reply: FastifyReply) => unknown) =>
      appWith((app) => {
        app.addHook(phase as 'preHandler', async (request, reply) => {
          await guard(request, reply);
        });
      });

    test.each(transports)(
      'decides over %s which clients connect, and passes data on to handlers',
      async (_transport, list) => {
        const options = { transports: [...list] };
        const { url } = await guarded((request, reply) => {
          if (request.headers.authorization !== 'Bearer ada') return reply.code(401).send('who are you?');
          return Object.assign(request, { caller: 'ada' });
        });
        const { description } = await refused(url, options);
        expect(typeof description === 'number' ? `${description}` : description?.message).toContain('401');
        const socket = await connected(url, { ...options, extraHeaders: { authorization: 'Bearer ada' } });
        expect(await socket.emitWithAck('caller')).toBe('ada');
      },
    );

    test.each([
      [401, 'who are you?', { 'www-authenticate': 'Token' }],
      [403, 'not you', {}],
      [429, 'slow down', { 'retry-after': '7' }],
      [302, '', { location: '/login' }],
    ])('sends its own response with status %i unchanged', async (status, body, headers) => {
      const { url } = await guarded((_request, reply) => reply.code(status).headers(headers).send(body));
      const poll = await fetch(url + POLLING, { redirect: 'manual' });
      expect([poll.status, await poll.text()]).toEqual([status, body]);
      expect(Object.fromEntries(poll.headers)).toMatchObject(headers);
      expect(await refusedUpgrade(url + WEBSOCKET)).toMatchObject({ status, body, headers });
    });

    test('is answered by the app’s error handler if it fails', async () => {
      const app = fastify();
      app.setErrorHandler((error, _request, reply) => reply.code(503).send(`later: ${(error as Error).message}`));
      app.addHook(phase as 'preHandler', async () => {
        throw new Error('the database is down');
      });
      await app.register(socketio({ '/': Echo }));
      const url = await listen(app);
      const poll = await fetch(url + POLLING);
      expect([poll.status, await poll.text()]).toEqual([503, 'later: the database is down']);
      expect(await refusedUpgrade(url + WEBSOCKET)).toMatchObject({ status: 503, body: 'later: the database is down' });
    });
  });

  test('sends cookies and headers of an onSend hook with the handshake and the 101', async () => {
    const onSend: onSendHookHandler = (_request, reply, payload, done) => {
      reply.header('set-cookie', 'after=wards; Path=/').header('x-after', 'yes');
      done(null, payload);
    };
    const { url } = await appWith((app) => app.addHook('onSend', onSend));
    const { headers } = await RawWebSocket.open(url + WEBSOCKET);
    expect([headers['set-cookie'], headers['x-after']]).toEqual([['after=wards; Path=/'], 'yes']);
    const answer = await fetch(url + POLLING);
    expect([answer.headers.getSetCookie(), answer.headers.get('x-after')]).toEqual([['after=wards; Path=/'], 'yes']);
  });

  test('runs no onSend hook for polls of an open connection, so that no hook saves an outdated session', async () => {
    const sent: string[] = [];
    const { url } = await appWith((app) =>
      app.addHook('onSend', async (request, reply, payload) => {
        sent.push(`${request.method} ${reply.statusCode}`);
        return payload;
      }),
    );
    const { sid } = JSON.parse((await (await fetch(url + POLLING)).text()).slice(1));
    expect((await fetch(`${url}${POLLING}&sid=${sid}`, { method: 'POST', body: '40' })).status).toBe(200);
    expect(await (await fetch(`${url}${POLLING}&sid=${sid}`)).text()).toMatch(/^40/);
    expect((await fetch(`${url}${POLLING}&sid=unknown`)).status).toBe(400);
    expect(sent).toEqual(['GET 200', 'GET 400']);
  });

  test('calls onResponse once for each request: handshakes, polls, posts, refusals and the 101', async () => {
    const ended: string[] = [];
    const { url } = await appWith((app) =>
      app.addHook('onResponse', async ({ method, query }, reply) => {
        ended.push(`${method} ${(query as { transport: string }).transport} ${reply.statusCode}`);
      }),
    );
    const { sid } = JSON.parse((await (await fetch(url + POLLING)).text()).slice(1));
    await fetch(`${url}${POLLING}&sid=${sid}`, { method: 'POST', body: '40' });
    await (await fetch(`${url}${POLLING}&sid=${sid}`)).text();
    await fetch(`${url}/socket.io/?EIO=4&transport=pigeon`);
    const socket = await connected(url, { transports: ['websocket'] });
    await socket.emitWithAck('echo', 1);
    socket.disconnect();
    await expect
      .poll(() => ended)
      .toEqual(['GET polling 200', 'POST polling 200', 'GET polling 200', 'GET pigeon 400', 'GET websocket 101']);
  });

  test('writes one line to the log for a WebSocket, with status 101', async () => {
    const lines: { msg: string; res?: { statusCode: number }; req?: { url: string } }[] = [];
    const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const app = fastify({ logger: { level: 'info', stream } });
    await app.register(socketio({ '/': Echo }));
    const socket = await connected(await listen(app), { transports: ['websocket'] });
    await socket.emitWithAck('echo', 1);
    socket.disconnect();
    const requests = lines.filter(({ msg }) => ['incoming request', 'request completed'].includes(msg));
    expect(requests.map(({ msg, req, res }) => [msg, req?.url ?? res?.statusCode])).toEqual([
      ['incoming request', '/socket.io/?EIO=4&transport=websocket'],
      ['request completed', 101],
    ]);
    expect(lines.filter((line) => 'err' in line)).toEqual([]);
  });

  test('calls onError for a failing hook, for requests and upgrades alike, and keeps running', async () => {
    const seen: string[] = [];
    const { url } = await appWith((app) => {
      app.addHook('onError', async ({ url: target }, _reply, error) => void seen.push(`${target} ${error.message}`));
      app.addHook('preHandler', async ({ headers }) => {
        if (headers['x-down'] !== undefined) throw new Error('the database is down');
      });
    });
    const headers = { 'x-down': 'yes' };
    expect((await fetch(url + POLLING, { headers })).status).toBe(500);
    expect((await refusedUpgrade(url + WEBSOCKET, { headers })).status).toBe(500);
    expect(seen).toEqual([`${POLLING} the database is down`, `${WEBSOCKET} the database is down`]);
    const socket = await connected(url, { transports: ['websocket'] });
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
  });

  describe('with the option route', () => {
    test.each(transports)('guards only the mount, over %s', async (_transport, list) => {
      const preHandler: preHandlerHookHandler = async (request, reply) => {
        if (request.headers['x-key'] !== 'mellon') return reply.code(403).send('speak, friend');
      };
      const app = fastify();
      await app.register(socketio({ '/': Echo }, { route: { preHandler } }));
      app.get('/', async () => 'open to all');
      const url = await listen(app);
      const { description } = await refused(url, { transports: [...list] });
      expect(typeof description === 'number' ? `${description}` : description?.message).toContain('403');
      const socket = await connected(url, { transports: [...list], extraHeaders: { 'x-key': 'mellon' } });
      expect(await socket.emitWithAck('echo', 1)).toBe(1);
      expect(await (await fetch(url)).text()).toBe('open to all');
    });

    test('accepts hooks of every phase, and settings that hooks read', async () => {
      const asked: unknown[] = [];
      const note = (phase: string) => async (request: FastifyRequest) => {
        asked.push([phase, request.routeOptions.config]);
      };
      const { url } = await appWith(() => {}, {
        route: {
          config: { role: 'member' },
          onRequest: [note('onRequest')],
          preHandler: [note('preHandler'), note('second')],
          onSend: note('onSend'),
          onResponse: note('onResponse'),
        },
      });
      const socket = await connected(url, { transports: ['websocket'] });
      await socket.emitWithAck('echo', 1);
      const config = expect.objectContaining({ role: 'member' });
      const phases = ['onRequest', 'preHandler', 'second', 'onSend', 'onResponse'];
      expect(asked).toEqual(phases.map((phase) => [phase, config]));
    });
  });

  describe('with a connectionTimeout', () => {
    test('does not apply it or onTimeout hooks to an open WebSocket', async () => {
      const app = fastify({ connectionTimeout: 5000 });
      app.addHook('onTimeout', async () => {});
      const chat = socketio({ '/': Echo });
      await app.register(chat);
      await RawWebSocket.open((await listen(app)) + WEBSOCKET);
      const [conn] = chat.io.engine.clients.values();
      const { socket } = conn!.request as { socket: Socket & { _meta?: unknown } };
      expect([socket.timeout, socket.listenerCount('timeout'), socket._meta]).toEqual([0, 0, undefined]);
    });

    test('calls onTimeout for an upgrade while a hook waits', async () => {
      const app = fastify({ connectionTimeout: 300 });
      const late = new Promise<FastifyRequest>((resolve) => {
        app.addHook('onTimeout', async (request) => resolve(request));
      });
      app.addHook('preHandler', async () => void (await late));
      await app.register(socketio({ '/': Echo }));
      const arriving = connected(await listen(app), { transports: ['websocket'] });
      expect((await late).url).toContain('transport=websocket');
      expect(await (await arriving).emitWithAck('echo', 1)).toBe(1);
    });

    test('loses polls that wait longer, without onTimeout, as any hijacked reply', async () => {
      const app = fastify({ connectionTimeout: 300 });
      const late: string[] = [];
      app.addHook('onTimeout', async ({ url }) => void late.push(url));
      await app.register(socketio({ '/': Echo }));
      const url = await listen(app);
      const { sid } = JSON.parse((await (await fetch(url + POLLING)).text()).slice(1));
      await expect(fetch(`${url}${POLLING}&sid=${sid}`)).rejects.toThrow('fetch failed');
      expect(late).toEqual([]);
    });
  });
});
