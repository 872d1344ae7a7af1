import { startRedis } from '@sio/conformance/programs';
import { service } from '@sio/conformance/services';
import { RedisStore } from 'connect-redis';
import { createClient } from 'redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio, withSession } from '../src/index.js';
import { addSession, CookieJar, connected, majors, start, transports } from './support/start.js';

declare module 'fastify' {
  interface Session {
    visits?: number;
    user?: string;
  }
}

class Account extends Namespace {
  onVisit() {
    return withSession(this, (session) => {
      session.visits = (session.visits ?? 0) + 1;
      return session.visits;
    });
  }
}

describe.skipIf(!service('redis-server')).each(majors)('%s with sessions in Redis', (_name, major) => {
  async function connectRedis() {
    const client = createClient({ url: await startRedis() });
    await client.connect();
    onTestFinished(() => client.destroy());
    return client;
  }

  test.each(transports)('reads, changes and ends them over %s', async (_transport, list) => {
    const client = await connectRedis();
    const app = major.fastify();
    await addSession(app, major, { store: new RedisStore({ client }), saveUninitialized: false });
    const chat = socketio({ '/': Account });
    app.get('/login', async ({ session }) => void Object.assign(session, { user: 'ada' }));
    app.get('/session', async ({ session: { user, visits } }) => ({ user, visits }));
    app.get('/logout', async ({ session }) => {
      const { sessionId } = session;
      await session.destroy();
      return { closed: chat.io.endSession(sessionId) };
    });
    await app.register(chat);
    const url = await start(app);
    const jar = new CookieJar();
    await jar.fetch(`${url}/login`);
    const socket = await connected(url, { transports: [...list], extraHeaders: jar.headers });
    expect(await Promise.all([1, 2, 3].map(() => socket.emitWithAck('visit')))).toEqual([1, 2, 3]);
    expect(JSON.parse(await jar.text(`${url}/session`))).toEqual({ user: 'ada', visits: 3 });
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    expect(JSON.parse(await jar.text(`${url}/logout`))).toEqual({ closed: 1 });
    expect(await gone).toBe('io server disconnect');
    expect(await client.dbSize()).toBe(0);
  });

  test('takes a session that Redis has dropped for ended', async () => {
    const client = await connectRedis();
    const app = major.fastify();
    await addSession(app, major, { store: new RedisStore({ client }), saveUninitialized: false });
    app.get('/login', async ({ session }) => void Object.assign(session, { user: 'ada' }));
    await app.register(socketio({ '/': Account }));
    const url = await start(app);
    const jar = new CookieJar();
    await jar.fetch(`${url}/login`);
    const socket = await connected(url, { transports: ['websocket'], extraHeaders: jar.headers });
    await client.flushAll();
    expect(await socket.emitWithAck('visit')).toMatchObject({ error: { name: 'session_ended' } });
    expect(await client.dbSize()).toBe(0);
  });
});
