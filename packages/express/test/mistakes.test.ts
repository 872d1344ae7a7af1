import { once } from 'node:events';
import http from 'node:http';
import { mistakeSuite } from '@sio/conformance/suites';
import { connect, listen } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { majors } from './support/kit.js';

mistakeSuite(socketio);

class Chat extends Namespace {}

const CLIENT = '/socket.io/?EIO=4&transport=polling';

describe.each(majors)('%s', (_name, express) => {
  /** An app, what the developer is told, and its URL once it is served. */
  function application() {
    const told: string[] = [];
    const nothing = () => {};
    const warn = (what: unknown, message?: string) => void told.push(message ?? String(what));
    const logger = { error: nothing, warn, info: nothing, debug: nothing };
    const app = express();
    const chat = () => {
      const mount = socketio({ '/chat': Chat }, { logger });
      onTestFinished(() => mount.io.close());
      return mount;
    };
    return { app, chat, told, serve: () => listen(http.createServer(app)) };
  }

  const UNREACHED =
    'a client asked for /socket.io/ and got 404, for no request reaches socketio(): mount it before the handler that answers 404, and not at /socket.io, which it adds itself';

  test("warns of a mount at its own path when a client's first request gets 404", async () => {
    const { app, chat, told, serve } = application();
    app.use('/socket.io', chat());
    const url = await serve();
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
    expect(told).toEqual([]);
    for (let i = 0; i < 2; i++) expect((await fetch(url + CLIENT)).status).toBe(404);
    expect(told).toEqual([UNREACHED]);
  });

  test('warns of a mount behind a handler that answers 404, also for a WebSocket', async () => {
    const { app, chat, told, serve } = application();
    app.use((_req, res) => void res.status(404).end());
    app.use(chat());
    const url = await serve();
    const client = connect('4.8.4', url, 'websocket');
    await expect(client.joined()).rejects.toBeDefined();
    expect(told).toEqual([UNREACHED]);
  });

  test('does not warn if a guard answers 404 after a request has reached the mount', async () => {
    const { app, chat, told, serve } = application();
    app.use((req, res, next) => (req.query.hidden === undefined ? next() : void res.status(404).end()));
    app.use(chat());
    const url = await serve();
    expect((await fetch(url + CLIENT)).status).toBe(200);
    expect((await fetch(`${url}${CLIENT}&hidden=1`)).status).toBe(404);
    expect(told).toEqual([]);
  });

  test.each([
    ['', '/'],
    ['/api', '/api'],
  ])('warns of two mounts at the same path of an app, %j', async (prefix, place) => {
    const { app, chat, told, serve } = application();
    app.use(place, chat());
    app.use(place, chat());
    const url = await serve();
    await fetch(url + prefix + CLIENT);
    await fetch(url + prefix + CLIENT);
    expect(told).toEqual([
      'two mounts stand at /socket.io, and the first gets all requests: give one socketio() all namespaces, or another path',
    ]);
  });

  test('warns through Node with a code if there is no logger', async () => {
    const { app, serve } = application();
    const path = `/live-${app.name}-${majors.findIndex(([, each]) => each === express)}`;
    const mounts = [1, 2].map(() => socketio({ '/chat': Chat }, { path }));
    for (const mount of mounts) onTestFinished(() => mount.io.close());
    app.use('/hidden', ...mounts);
    const url = await serve();
    const query = '/?EIO=4&transport=polling';
    let warned = once(process, 'warning');
    await fetch(url + path + query);
    expect((await warned)[0]).toMatchObject({ name: 'SioWarning', code: 'SIO_MOUNT_UNREACHED' });
    const others = application();
    others.app.use(...[1, 2].map(() => socketio({ '/chat': Chat }, { path: `${path}-2` })));
    const second = await others.serve();
    warned = once(process, 'warning');
    await fetch(`${second}${path}-2${query}`);
    expect((await warned)[0]).toMatchObject({ name: 'SioWarning', code: 'SIO_MOUNT_TWICE' });
  });

  test('does not warn of two mounts at different paths', async () => {
    const { app, chat, told, serve } = application();
    app.use('/one', chat());
    app.use('/two', chat());
    const url = await serve();
    expect((await fetch(`${url}/one${CLIENT}`)).status).toBe(200);
    expect((await fetch(`${url}/two${CLIENT}`)).status).toBe(200);
    expect(told).toEqual([]);
  });

  test('fails the request with the correct code if socketio is passed without a call', async () => {
    const { app, serve } = application();
    let failure: Error | undefined;
    app.use(socketio as never);
    app.use(((error: Error, _req, res, _next) => {
      failure = error;
      res.status(500).end();
    }) as import('express').ErrorRequestHandler);
    expect((await fetch((await serve()) + CLIENT)).status).toBe(500);
    expect(failure?.message).toBe("socketio must be called: pass socketio({ '/chat': Chat }) on, not socketio itself");
  });
});
