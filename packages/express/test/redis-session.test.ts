import { startRedis } from '@sio/conformance/programs';
import { service } from '@sio/conformance/services';
import { RedisStore } from 'connect-redis';
import session from 'express-session';
import { createClient } from 'redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio, withSession } from '../src/index.js';
import { CookieJar, connected, majors, start, transports } from './support/start.js';

declare module 'express-session' {
  interface SessionData {
    visits?: number;
    user?: string;
  }
}

class Account extends Namespace {
  onVisit() {
    return withSession(this, (current) => {
      current.visits = (current.visits ?? 0) + 1;
      return current.visits;
    });
  }
}

describe.skipIf(!service('redis-server')).each(majors)('%s with sessions in Redis', (_name, express) => {
  async function connectRedis() {
    const client = createClient({ url: await startRedis() });
    await client.connect();
    onTestFinished(() => client.destroy());
    return client;
  }

  test.each(transports)('reads, changes and ends them over %s', async (_transport, list) => {
    const client = await connectRedis();
    const app = express();
    app.use(session({ secret: 's', resave: false, saveUninitialized: false, store: new RedisStore({ client }) }));
    const mount = socketio({ '/': Account });
    app.get('/login', (req, res) => {
      req.session.user = 'ada';
      res.send('in');
    });
    app.get('/session', (req, res) => void res.json({ user: req.session.user, visits: req.session.visits }));
    app.get('/logout', (req, res) => {
      const id = req.sessionID;
      req.session.destroy(() => {
        mount.io.endSession(id);
        res.send('out');
      });
    });
    app.use(mount);
    const url = await start(app, mount);
    const jar = new CookieJar();
    await jar.fetch(`${url}/login`);
    const socket = await connected(url, { transports: [...list], extraHeaders: jar.headers });
    expect(await Promise.all([1, 2, 3].map(() => socket.emitWithAck('visit')))).toEqual([1, 2, 3]);
    expect(JSON.parse(await jar.text(`${url}/session`))).toEqual({ user: 'ada', visits: 3 });
    await client.flushAll();
    expect(await socket.emitWithAck('visit')).toMatchObject({ error: { name: 'session_ended' } });
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    mount.io.endSession(String(jar.header.match(/s%3A([^.]+)/)?.[1]));
    expect(await gone).toBe('io server disconnect');
    expect(await client.dbSize()).toBe(0);
  });
});
