import { mistakeSuite } from '@sio/conformance/suites';
import { connect } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { listen, majors } from './support/kit.js';

mistakeSuite(socketio);

class Chat extends Namespace {}

describe.each(majors)('%s', (_name, { fastify }) => {
  test.each(['polling', 'websocket'] as const)(
    'warns of a mount at its own path with the first 404, over %s',
    async (transport) => {
      const told: string[] = [];
      const nothing = () => {};
      const warn = (what: unknown, message?: string) => void told.push(message ?? String(what));
      const app = fastify();
      const logger = { error: nothing, warn, info: nothing, debug: nothing };
      await app.register(socketio({ '/chat': Chat }, { logger }), { prefix: '/socket.io' });
      const client = connect('4.8.4', await listen(app), transport);
      await expect(client.joined()).rejects.toBeDefined();
      expect(told).toEqual([
        'a client asked for /socket.io/ and got 404, for no request reaches socketio(): mount it before the handler that answers 404, and not at /socket.io, which it adds itself',
      ]);
    },
  );

  test('refuses a second mount at the same path, and names the path', async () => {
    const app = fastify();
    await app.register(socketio({ '/chat': Chat }));
    await expect(async () => await app.register(socketio({ '/news': Chat }))).rejects.toThrow(/\/socket\.io/);
  });

  test('refuses options that are passed to register', async () => {
    const app = fastify();
    const registered = async () => await app.register(socketio({ '/chat': Chat }) as never, { path: '/live' } as never);
    await expect(registered).rejects.toThrow('option path belongs to socketio(namespaces, options), not to register');
  });

  test('refuses socketio that is passed without a call', async () => {
    const app = fastify();
    await expect(async () => await app.register(socketio as never)).rejects.toThrow(
      "socketio must be called: pass socketio({ '/chat': Chat }) on, not socketio itself",
    );
  });
});
