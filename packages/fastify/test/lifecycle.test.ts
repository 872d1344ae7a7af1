import { execFileSync } from 'node:child_process';
import http from 'node:http';
import { refusedUpgrade } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { client, connected, listen, majors, RawWebSocket, transports } from './support/kit.js';

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }
}

const POLLING = '/socket.io/?EIO=4&transport=polling';
const WEBSOCKET = '/socket.io/?EIO=4&transport=websocket';

describe.each(majors)('%s', (_name, { fastify }) => {
  describe.each(transports)('over %s', (_transport, list) => {
    const options = { transports: [...list] };

    test.each([undefined, false, true, 'idle' as const])(
      'disconnects its clients when the app closes, with forceCloseConnections %s',
      async (forceCloseConnections) => {
        const app = fastify(forceCloseConnections === undefined ? {} : { forceCloseConnections });
        await app.register(socketio({ '/': Echo }));
        const url = await listen(app);
        const sockets = await Promise.all([1, 2, 3].map(() => connected(url, options)));
        const gone = sockets.map((socket) => new Promise((resolve) => socket.once('disconnect', resolve)));
        await app.close();
        for (const reason of await Promise.all(gone)) expect(['transport close', 'transport error']).toContain(reason);
        expect(app.io.engine.clientsCount).toBe(0);
        await expect(fetch(url)).rejects.toThrow();
      },
    );

    test('runs the disconnect handlers before the app’s onClose hooks release their resources', async () => {
      const story: string[] = [];
      class Patient extends Namespace {
        onDisconnect(reason: string) {
          story.push(`disconnect: ${reason}`);
        }
      }
      const app = fastify();
      app.addHook('onClose', async () => void story.push('onClose of the app'));
      await app.register(socketio({ '/': Patient }));
      await app.register(async (scope) => scope.addHook('onClose', async () => void story.push('onClose of a plugin')));
      await connected(await listen(app), options);
      await app.close();
      expect(story[0]).toBe('disconnect: server shutting down');
      expect(story.slice(1).sort()).toEqual(['onClose of a plugin', 'onClose of the app']);
    });

    test('lets a preClose hook of the app send a last event', async () => {
      const app = fastify();
      app.addHook('preClose', async () => void app.io.emit('bye', 'back soon'));
      await app.register(socketio({ '/': Echo }));
      const socket = await connected(await listen(app), options);
      const [conn] = app.io.engine.clients.values();
      await expect.poll(() => conn?.transport.writable, { interval: 5 }).toBe(true);
      const bye = new Promise((resolve) => socket.once('bye', resolve));
      await app.close();
      expect(await bye).toBe('back soon');
    });

    test('accepts no client before the app is ready', async () => {
      const service = { up: false };
      class Careful extends Namespace {
        onConnect() {
          return service.up;
        }
      }
      const app = fastify();
      await app.register(socketio({ '/': Careful }));
      app.addHook('onReady', async () => {
        await new Promise(setImmediate);
        service.up = true;
      });
      expect((await connected(await listen(app), options)).connected).toBe(true);
    });
  });

  test('closes WebSockets with a close frame, and answers waiting polls', async () => {
    const app = fastify();
    await app.register(socketio({ '/': Echo }));
    const url = await listen(app);
    const raw = await RawWebSocket.open(url + WEBSOCKET);
    const { sid } = JSON.parse((await (await fetch(url + POLLING)).text()).slice(1));
    const held = fetch(`${url}${POLLING}&sid=${sid}`);
    await expect.poll(() => app.io.engine.clients.get(sid)?.transport.writable, { interval: 5 }).toBe(true);
    await app.close();
    expect(await raw.closed()).toBe(1001);
    expect((await held).status).toBe(200);
  });

  test('can be closed repeatedly, in any order', async () => {
    const app = fastify();
    const chat = socketio({ '/': Echo });
    await app.register(chat);
    await connected(await listen(app), { transports: ['websocket'] });
    await Promise.all([app.close(), chat.io.close(), app.close()]);
    await chat.io.close();
    await app.close();
    expect(chat.io.engine.clientsCount).toBe(0);
  });

  test('closes even if it never listened', async () => {
    const app = fastify();
    await app.register(socketio({ '/': Echo }));
    await app.ready();
    expect((await app.inject(POLLING)).statusCode).toBe(200);
    await app.close();
    expect(app.io.engine.clientsCount).toBe(0);
  });

  test('leaves the app running when only the Socket.IO server is closed', async () => {
    const app = fastify();
    await app.register(socketio({ '/': Echo }));
    app.get('/', async () => 'alive');
    const url = await listen(app);
    const socket = await connected(url, { transports: ['websocket'] });
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    await app.io.close();
    expect(await gone).toBeDefined();
    expect(await (await fetch(url)).text()).toBe('alive');
    const late = client(url, { transports: ['websocket'] });
    await new Promise((resolve) => late.once('connect_error', resolve));
    expect((await app.inject('/')).body).toBe('alive');
  });

  test('refuses an upgrade if the app closes while a hook waits', async () => {
    const app = fastify();
    let go = () => {};
    const asked = new Promise<void>((arrived) => {
      app.addHook('onRequest', async () => {
        arrived();
        await new Promise<void>((resolve) => {
          go = resolve;
        });
      });
    });
    await app.register(socketio({ '/': Echo }));
    app.addHook('preClose', async () => go());
    const refusal = refusedUpgrade((await listen(app)) + WEBSOCKET);
    await asked;
    await app.close();
    expect(await refusal).toMatchObject({ status: 503, body: 'Server is shutting down' });
    expect(app.io.engine.clientsCount).toBe(0);
  });

  test('does not close a server that belongs to the caller', async () => {
    const borrowed = http.createServer();
    const app = fastify({
      serverFactory: (handler) =>
        borrowed.on('request', (req, res) => (req.url === '/own' ? res.end('alive') : handler(req, res))),
    });
    await app.register(socketio({ '/': Echo }));
    await app.ready();
    const url = await listen(borrowed);
    const socket = await connected(url, { transports: ['websocket'] });
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    await app.close();
    await gone;
    expect(borrowed.listening).toBe(true);
    expect(await (await fetch(`${url}/own`)).text()).toBe('alive');
    expect(borrowed.listenerCount('upgrade')).toBe(0);
  });
});

test.each(['fastify', 'fastify4'])('lets the process exit after the app is closed: %s', (name) => {
  const program = `
    const { socketio } = await import('@sio/fastify');
    const { default: fastify } = await import('${name}');
    const app = fastify();
    await app.register(socketio());
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    await fetch(url + '${POLLING}');
    await app.close();
    console.log('closed');`;
  const options = { cwd: new URL('..', import.meta.url), timeout: 50_000, encoding: 'utf8' } as const;
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', program], options)).toBe('closed\n');
});
