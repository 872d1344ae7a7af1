import http from 'node:http';
import { mistakeSuite } from '@sio/conformance/suites';
import { connect, listen } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { majors } from './support/kit.js';

mistakeSuite(socketio);

class Chat extends Namespace {}

const CLIENT = '/socket.io/?EIO=4&transport=polling';

describe.each(majors)('%s', (_name, App) => {
  /** An app, what the developer is told, and its URL once it is served. */
  function application() {
    const told: string[] = [];
    const nothing = () => {};
    const warn = (what: unknown, message?: string) => void told.push(message ?? String(what));
    const logger = { error: nothing, warn, info: nothing, debug: nothing };
    const app = new App();
    const chat = () => {
      const mount = socketio({ '/chat': Chat }, { logger });
      onTestFinished(() => mount.io.close());
      return mount;
    };
    return { app, chat, told, serve: () => listen(http.createServer(app.callback())) };
  }

  test.each(['polling', 'websocket'] as const)(
    'warns of a mount behind the handler that answers 404, over %s',
    async (transport) => {
      const { app, chat, told, serve } = application();
      app.use((ctx) => {
        ctx.status = 404;
      });
      app.use(chat());
      const client = connect('4.8.4', await serve(), transport);
      await expect(client.joined()).rejects.toBeDefined();
      expect(told).toEqual([
        'a client asked for /socket.io/ and got 404, for no request reaches socketio(): mount it before the handler that answers 404, and not at /socket.io, which it adds itself',
      ]);
    },
  );

  test('warns of two mounts at the same path', async () => {
    const { app, chat, told, serve } = application();
    app.use(chat());
    app.use(chat());
    const url = await serve();
    for (let i = 0; i < 2; i++) expect((await fetch(url + CLIENT)).status).toBe(200);
    expect(told).toEqual([
      'two mounts stand at /socket.io, and the first gets all requests: give one socketio() all namespaces, or another path',
    ]);
  });

  test('fails the request with the correct code if socketio is passed without a call', async () => {
    const { app, serve } = application();
    const failed = new Promise<Error>((resolve) => app.once('error', resolve));
    app.use(socketio as never);
    expect((await fetch((await serve()) + CLIENT)).status).toBe(500);
    expect((await failed).message).toBe(
      "socketio must be called: pass socketio({ '/chat': Chat }) on, not socketio itself",
    );
  });
});
