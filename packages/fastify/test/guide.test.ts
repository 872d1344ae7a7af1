import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import session from '@fastify/session';
import { guideSuite, logoutSuite, visitorOf } from '@sio/conformance/suites';
import { connected, listen, RawWebSocket, refused } from '@sio/conformance/testing';
import { ClientError, Namespace, socketio, withSession } from '@sio/fastify';
import fastify, { type FastifyInstance, type onRequestHookHandler } from 'fastify';
import { expect, test } from 'vitest';

declare module 'fastify' {
  interface Session {
    name?: string;
    visits?: number;
  }
}

class Chat extends Namespace<{ said: (from: string, text: string) => void }> {
  onSay(text: string) {
    const { name } = this.request.session;
    if (name === undefined) throw new ClientError('who_are_you', 'Log in first');
    this.nsp.emit('said', name, text);
    return { delivered: true };
  }

  onVisit() {
    return withSession(this, (current) => {
      current.visits = (current.visits ?? 0) + 1;
      return current.visits;
    });
  }
}

const secret = 'a secret of at least 32 characters';

async function makeApp() {
  const app = fastify();

  await app.register(cookie);
  await app.register(session, { secret, cookie: { secure: false } });
  await app.register(formbody);
  await app.register(socketio({ '/chat': Chat }));

  app.post<{ Body: { name: string } }>('/login', async (request, reply) => {
    request.session.name = request.body.name;
    return reply.code(204).send();
  });

  app.post('/logout', async (request, reply) => {
    const { sessionId } = request.session;
    await request.session.destroy();
    app.io.endSession(sessionId);
    return reply.code(204).send();
  });

  return app;
}

async function guideApp(prepare?: (app: FastifyInstance) => Promise<void>) {
  const app = await makeApp();
  await prepare?.(app);
  const url = await listen(app);
  return { app, io: app.io, ...visitorOf(url) };
}

guideSuite(guideApp);
logoutSuite(guideApp);

test('members have their own mount, behind a hook of their plugin', async () => {
  const { jar, url, post } = await guideApp(async (app) => {
    const live = socketio({ '/': Chat });

    await app.register(
      async (members) => {
        members.addHook('preHandler', async (request, reply) => {
          if (request.session.name === undefined) return reply.code(401).send('Log in first');
        });
        await members.register(live, { prefix: '/live' });
      },
      { prefix: '/members' },
    );
  });
  const options = { path: '/members/live/socket.io', transports: ['websocket'] };
  await refused(url, options);
  await post('/login', { name: 'Ann' });
  expect((await connected(url, { ...options, extraHeaders: jar.headers })).connected).toBe(true);
});

test('routes of the mount have their own options', async () => {
  const { url } = await guideApp(async (app) => {
    const checkKey: onRequestHookHandler = async (request, reply) => {
      if (request.headers['x-key'] === undefined) return reply.code(403).send('No key');
    };

    const keyed = socketio({ '/': Chat }, { route: { onRequest: checkKey, logLevel: 'warn' } });
    await app.register(keyed, { prefix: '/api' });
  });
  const options = { path: '/api/socket.io', transports: ['websocket'] };
  await refused(url, options);
  expect((await connected(url, { ...options, extraHeaders: { 'x-key': 'mellon' } })).connected).toBe(true);
});

test('the app closes in order', async () => {
  const { app, url } = await guideApp();
  const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
  await app.close();
  expect(await ws.closed()).toBe(1001);
});
