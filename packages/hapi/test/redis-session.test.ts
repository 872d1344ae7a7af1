import { Engine } from '@hapi/catbox-redis';
import { startRedis } from '@sio/conformance/programs';
import { service } from '@sio/conformance/services';
import { describe, expect, test } from 'vitest';
import { Namespace, socketio, withSession } from '../src/index.js';
import { addSession, CookieJar, connected, makeServer, start, transports } from './support/start.js';

class Account extends Namespace {
  onVisit() {
    return withSession(this, (yar) => yar.set('visits', Number(yar.get('visits') ?? 0) + 1));
  }
}

describe.skipIf(!service('redis-server'))('with sessions of @hapi/yar in Redis', () => {
  test.each(transports)('reads, changes and ends them over %s', async (_transport, list) => {
    const url = await startRedis();
    const provider = { constructor: Engine, options: { url, partition: 'app' } };
    const server = makeServer({ cache: [{ name: 'redis', provider: provider as never }] });
    await addSession(server, { cache: { cache: 'redis', expiresIn: 60_000 } });
    server.route([
      { method: 'GET', path: '/login', handler: ({ yar }) => yar.set('user', 'ada') },
      { method: 'GET', path: '/session', handler: ({ yar }) => ({ user: yar.get('user'), visits: yar.get('visits') }) },
      {
        method: 'GET',
        path: '/logout',
        handler({ yar, io }) {
          io.endSession(yar.id);
          yar.reset();
          return 'out';
        },
      },
    ]);
    await server.register(socketio({ '/': Account }, { pingInterval: 60_000 }));
    const app = await start(server);
    const jar = new CookieJar();
    await jar.fetch(`${app}/login`);
    const socket = await connected(app, { transports: [...list], extraHeaders: jar.headers });
    expect(await Promise.all([1, 2, 3].map(() => socket.emitWithAck('visit')))).toEqual([1, 2, 3]);
    expect(JSON.parse(await jar.text(`${app}/session`))).toEqual({ user: 'ada', visits: 3 });
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    await jar.fetch(`${app}/logout`);
    expect(await gone).toBe('io server disconnect');
    expect(JSON.parse(await jar.text(`${app}/session`))).toEqual({ user: null, visits: null });
  });
});
