import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, type ServerOptions, type Socket } from '@sio/core';
import { connect, fetchAnswer, listen, type Version } from '@sio/test-kit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

const versions: readonly Version[] = ['0.9.17', '2.5.0', '4.8.4'];

function echoing(io: Server): Server {
  onTestFinished(() => io.close());
  io.on('connection', (socket: Socket) => {
    socket.on('echo', (value: unknown, ack: (value: unknown) => void) => ack(value));
  });
  return io;
}

async function echoes(version: Version, url: string, options: object = {}): Promise<void> {
  const client = connect(version, url, { transports: ['websocket'], ...options });
  expect(await client.ask('echo', version)).toEqual([version]);
}

describe('options given to attach()', () => {
  test.each(versions)('path: client %s connects there', async (version) => {
    const http = createServer();
    const io = echoing(new Server()).attach(http, { path: '/browser-sync/socket.io' });
    const url = await listen(http);
    const at = version === '0.9.17' ? { resource: 'browser-sync/socket.io' } : { path: '/browser-sync/socket.io' };
    await echoes(version, url, at);
    expect(io.path()).toBe('/browser-sync/socket.io');
    expect((await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`)).status).toBe(404);
  });

  test('work as if they had been given to the constructor', async () => {
    const http = createServer();
    const made: string[] = [];
    const { Adapter } = await import('socket.io-adapter');
    class Own extends Adapter {
      constructor(hub: { name: string }) {
        super(hub);
        made.push(hub.name);
      }
    }
    const options: ServerOptions = {
      adapter: Own as never,
      connectTimeout: 1234,
      maxHttpBufferSize: 4321,
      serveClient: false,
      serial: true,
      guards: [({ handshake }) => handshake.query.key === 'mellon'],
      connectionStateRecovery: { maxPackets: 7 },
    };
    const io = echoing(new Server()).attach(http, options);
    const url = await listen(http);
    expect(io.connectTimeout()).toBe(1234);
    expect(io.engine.opts.maxHttpBufferSize).toBe(4321);
    expect((await fetchAnswer(`${url}/socket.io/socket.io.js`)).status).toBe(404);
    expect(io.serial).toBe(true);
    expect(io.opts.connectionStateRecovery).toMatchObject({ maxPackets: 7 });
    expect(made).toEqual(['/']);
    const refused = connect('4.8.4', url, { transports: ['websocket'] });
    await refused.next('connect_error');
    await echoes('4.8.4', url, { query: { key: 'mellon' } });
  });

  test('do not override those of the constructor', () => {
    const io = echoing(new Server({ path: '/first', connectTimeout: 1 })).attach(createServer(), {
      path: '/second',
      connectTimeout: 2,
    });
    expect([io.path(), io.connectTimeout()]).toEqual(['/first', 1]);
  });

  test('listen() takes the same options', async () => {
    const io = echoing(new Server()).listen(0, { path: '/elsewhere' });
    const { httpServer } = io;
    if (httpServer === undefined) throw new Error('no HTTP server');
    if (!httpServer.listening) await once(httpServer, 'listening');
    const { port } = httpServer.address() as { port: number };
    await echoes('4.8.4', `http://127.0.0.1:${port}`, { path: '/elsewhere' });
  });

  test('a second attach() serves a second path with the same connections', async () => {
    const [one, two] = [createServer(), createServer()];
    const io = echoing(new Server()).attach(one);
    io.path('/second').attach(two);
    await echoes('4.8.4', await listen(one));
    await echoes('4.8.4', await listen(two), { path: '/second' });
  });
});

describe('the first argument of a server, and of listen(), may be', () => {
  test.each([null, undefined, '', false])('%s, which is no target, as for socket.io', (target) => {
    const io = echoing(new Server(target as null));
    expect(io.engine).toBeUndefined();
  });

  test.skipIf(process.platform === 'win32')('the path of a socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sio-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const target of [join(folder, 'a.sock'), { path: join(folder, 'b.sock') }]) {
      const io = echoing(new Server()).listen(target);
      if (io.httpServer?.listening !== true) await once(io.httpServer as never, 'listening');
      const socketPath = typeof target === 'string' ? target : target.path;
      const asking = request({ socketPath, path: '/socket.io/?EIO=4&transport=polling' }).end();
      const [{ statusCode }] = (await once(asking, 'response')) as [{ statusCode: number }];
      expect(statusCode).toBe(200);
      asking.destroy();
    }
  });

  test('a port as text, or what listen() of Node takes', async () => {
    for (const target of ['0', { port: 0, host: '127.0.0.1' }]) {
      const io = echoing(new Server()).listen(target);
      if (io.httpServer?.listening !== true) await once(io.httpServer as never, 'listening');
      expect(io.httpServer?.address()).toMatchObject({ port: expect.any(Number) });
    }
  });
});

describe('a server that was closed', () => {
  test.each(versions)('serves again when it is attached again: client %s', async (version) => {
    const first = createServer();
    const io = echoing(new Server(first));
    await echoes(version, await listen(first));
    await io.close();
    const second = createServer();
    io.attach(second);
    await echoes(version, await listen(second));
  });

  test('has new tasks and a new signal', async () => {
    const io = echoing(new Server(createServer()));
    await io.close();
    io.attach(createServer());
    expect(io.signal.aborted).toBe(false);
    await io.sleep(1);
  });

  test('broadcasts to clients that connect afterwards', async () => {
    const io = echoing(new Server(createServer()));
    await io.close();
    const http = createServer();
    io.attach(http);
    const client = connect('4.8.4', await listen(http), { transports: ['websocket'] });
    await client.next('connect');
    const said = client.next('said');
    io.emit('said', 1);
    expect(await said).toEqual([1]);
  });
});

describe('two servers on one HTTP server', () => {
  test('the second is reachable after the engine of the first was closed', async () => {
    const http = createServer();
    const first = echoing(new Server(http));
    first.engine.close();
    echoing(new Server(http));
    await echoes('4.8.4', await listen(http));
  });

  test('the second gets a warning if both have the same path', () => {
    const warn = vi.fn();
    const nothing = () => {};
    const logger = { error: nothing, info: nothing, debug: nothing, warn };
    const http = createServer();
    echoing(new Server(http, { logger }));
    expect(warn).not.toHaveBeenCalled();
    echoing(new Server(http, { logger, path: '/other' }));
    expect(warn).not.toHaveBeenCalled();
    echoing(new Server(http, { logger }));
    expect(warn.mock.calls).toEqual([
      ['another server is attached to this HTTP server at /socket.io, and gets its requests', undefined],
    ]);
  });
});
