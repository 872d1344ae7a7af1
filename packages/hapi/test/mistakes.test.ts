import { mistakeSuite } from '@sio/conformance/suites';
import { connect } from '@sio/test-kit';
import { expect, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { listen, makeServer } from './support/kit.js';

mistakeSuite(socketio);

class Chat extends Namespace {}

test.each(['polling', 'websocket'] as const)(
  'Hapi’s log warns of a mount at its own path with the first 404, over %s',
  async (transport) => {
    const told: string[] = [];
    const nothing = () => {};
    const warn = (what: unknown, message?: string) => void told.push(message ?? String(what));
    const server = makeServer();
    const logger = { error: nothing, warn, info: nothing, debug: nothing };
    await server.register(socketio({ '/chat': Chat }, { logger }), { routes: { prefix: '/socket.io' } });
    const client = connect('4.8.4', await listen(server), transport);
    await expect(client.joined()).rejects.toBeDefined();
    expect(told).toEqual([
      'a client asked for /socket.io/ and got 404, for no request reaches socketio(): mount it before the handler that answers 404, and not at /socket.io, which it adds itself',
    ]);
  },
);

test('Hapi refuses a second mount at the same path, and names the path', async () => {
  const server = makeServer();
  await server.register(socketio({ '/chat': Chat }));
  await expect(server.register(socketio({ '/news': Chat }))).rejects.toThrow(/\/socket\.io/);
});

test('the plugin refuses options that are passed to register', async () => {
  const server = makeServer();
  const beside = { plugin: socketio({ '/chat': Chat }), options: { path: '/live' } };
  await expect(server.register(beside as never)).rejects.toThrow(
    'option path belongs to socketio(namespaces, options), not to register',
  );
});

test('Hapi refuses socketio that is passed without a call', async () => {
  await expect(async () => await makeServer().register(socketio as never)).rejects.toThrow(
    '"plugin" must be of type object',
  );
});
