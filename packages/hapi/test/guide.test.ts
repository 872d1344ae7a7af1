import { server as hapi } from '@hapi/hapi';
import yar from '@hapi/yar';
import { guideSuite, logoutSuite, visitorOf } from '@sio/conformance/suites';
import { ClientError, Namespace, socketio, withSession } from '@sio/hapi';
import { connected, listen, RawWebSocket, refused } from '@sio/test-kit';
import { expect, test } from 'vitest';

class Chat extends Namespace<{ said: (from: string, text: string) => void }> {
  onSay(text: string) {
    const name = this.request.yar.get<string>('name');
    if (name === null) throw new ClientError('who_are_you', 'Log in first');
    this.nsp.emit('said', name, text);
    return { delivered: true };
  }

  onVisit() {
    return withSession(this, (current) => {
      const visits = (current.get<number>('visits') ?? 0) + 1;
      return current.set('visits', visits);
    });
  }
}

async function makeServer(port: number) {
  const server = hapi({ port });

  await server.register({
    plugin: yar,
    options: {
      maxCookieSize: 0,
      cookieOptions: { password: 'a password of at least 32 characters', isSecure: false },
    },
  });
  await server.register(socketio({ '/chat': Chat }));

  server.route({
    method: 'POST',
    path: '/login',
    handler({ yar: session, payload }, h) {
      session.set('name', (payload as { name: string }).name);
      return h.response().code(204);
    },
  });

  server.route({
    method: 'POST',
    path: '/logout',
    handler({ yar: session, io }, h) {
      io.endSession(session.id);
      session.reset();
      return h.response().code(204);
    },
  });

  return server;
}

async function guideApp(prepare?: (server: Awaited<ReturnType<typeof makeServer>>) => Promise<void>) {
  const server = await makeServer(0);
  await prepare?.(server);
  const url = await listen(server);
  return { server, io: server.io, ...visitorOf(url) };
}

guideSuite(guideApp);
logoutSuite(guideApp);

test('routes of the mount have their own options, below a prefix', async () => {
  const { url } = await guideApp(async (server) => {
    server.auth.scheme('key', () => ({
      authenticate(request, h) {
        const { key } = request.query;
        return key === 'mellon' ? h.authenticated({ credentials: {} }) : h.unauthenticated(new Error('No key'));
      },
    }));
    server.auth.strategy('key', 'key');
    const live = socketio({ '/': Chat }, { route: { auth: 'key', tags: ['live'] } });
    await server.register(live, { routes: { prefix: '/api' } });
  });
  const options = { path: '/api/socket.io', transports: ['websocket'] };
  await refused(url, options);
  expect((await connected(url, { ...options, query: { key: 'mellon' } })).connected).toBe(true);
});

test("a proxy in front provides the client's address", async () => {
  const { url } = await guideApp(async (server) => {
    class Who extends Namespace {
      onWho() {
        return this.handshake.address;
      }
    }
    const plugin = socketio(
      { '/': Who },
      {
        peer: ({ raw: { req } }) => ({
          host: String(req.headers['x-forwarded-host']),
          address: String(req.headers['x-real-ip']),
          secure: req.headers['x-forwarded-proto'] === 'https',
        }),
      },
    );
    await server.register(plugin, { routes: { prefix: '/behind' } });
  });
  const extraHeaders = { 'x-real-ip': '203.0.113.7', 'x-forwarded-host': 'shop.example' };
  const socket = await connected(url, { path: '/behind/socket.io', extraHeaders });
  expect(await socket.emitWithAck('who')).toBe('203.0.113.7');
});

test('the server shuts down in order', async () => {
  const { server, url } = await guideApp();
  const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
  await server.stop({ timeout: 60_000 });
  expect(await ws.closed()).toBe(1001);
});
