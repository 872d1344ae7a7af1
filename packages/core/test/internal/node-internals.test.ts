import { AsyncLocalStorage } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { fetchAnswer, listenOnPort, startServer } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  bytesDispatched,
  bytesTakenOf,
  captureScope,
  dropListenerTable,
  joinBody,
  LazyEmitter,
  listenersOf,
} from '../../src/internal/node-internals.js';

describe('undocumented behaviour of Node', () => {
  test('a resource shows whether an AsyncLocalStorage held something when it was made', () => {
    const storage = new AsyncLocalStorage<string>();
    const within = storage.run('held', captureScope);
    expect(within?.runInAsyncScope(() => storage.getStore())).toBe('held');
  });

  test('a resource of a process without such storage carries nothing', () => {
    const program = fileURLToPath(new URL('fixtures/no-storage.mjs', import.meta.url));
    expect(execFileSync(process.execPath, [program]).toString()).toBe('0');
  });

  test('an emitter whose constructor never ran keeps its listeners in sio’s own table', () => {
    class Emitter extends LazyEmitter {}
    const emitter = new Emitter();
    const heard: unknown[] = [];
    const [first, second] = [(n: unknown) => void heard.push(n), (n: unknown) => void heard.push(n)];
    expect(listenersOf(emitter, 'event')).toBeUndefined();
    expect(emitter.emit('event', 0)).toBe(false);
    emitter.on('event', first);
    expect(listenersOf(emitter, 'event')).toBe(first);
    expect(Object.getPrototypeOf(Object.getPrototypeOf(emitter._events))).toBeNull();
    emitter.once('event', second);
    expect(listenersOf(emitter, 'event')).toHaveLength(2);
    expect(emitter.emit('event', 1)).toBe(true);
    emitter.off('event', first);
    expect([emitter.listenerCount('event'), listenersOf(emitter, 'event')]).toEqual([0, undefined]);
    expect(heard).toEqual([1, 1]);
  });

  test('an emitter of Node’s keeps one listener as a function, and several as a list', () => {
    const emitter = new EventEmitter();
    const listener = () => {};
    expect(listenersOf(emitter, 'event')).toBeUndefined();
    emitter.on('event', listener);
    expect(listenersOf(emitter, 'event')).toBe(listener);
    emitter.on('event', listener);
    expect(listenersOf(emitter, 'event')).toEqual([listener, listener]);
  });

  test('an emitter without its table of listeners makes a new one for the next', async () => {
    const emitter = new EventEmitter();
    emitter.on('forgotten', () => expect.unreachable());
    dropListenerTable(emitter);
    expect(emitter.emit('forgotten')).toBe(false);
    const told = once(emitter, 'event');
    emitter.emit('event', 1);
    expect(await told).toEqual([1]);
  });

  test('a socket shows how much the system has taken while its client does not read', async () => {
    const server = createServer();
    const port = await listenOnPort(server);
    const [[socket], client] = await Promise.all([once(server, 'connection') as Promise<[Socket]>, connected(port)]);
    expect(bytesTakenOf(socket)).toBe(-1);
    client.pause();
    while (socket.write(Buffer.alloc(1_000_000)));
    const taken = bytesTakenOf(socket);
    expect(taken).toBeGreaterThanOrEqual(0);
    client.resume();
    await once(socket, 'drain');
    expect(bytesTakenOf(socket)).not.toBe(taken);
  });

  test('a socket shows what it has handed to the system, also when it is closed', async () => {
    const { port, http } = await startServer();
    const accepted = once(http, 'connection');
    const client = await connected(port);
    const [socket] = (await accepted) as [Socket];
    expect(bytesDispatched(socket)).toBe(0);
    socket.write('hello');
    expect(bytesDispatched(socket)).toBe(5);
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    client.destroy();
    await closed;
    expect(bytesDispatched(socket)).toBe(5);
  });

  test('a body that joins the head of its response goes out with it, once', async () => {
    const writes: string[] = [];
    const { url, http } = await startServer();
    http.on('connection', (socket: Socket) => {
      const { write } = socket;
      socket.write = function (this: Socket, ...args: unknown[]) {
        writes.push(String(args[0]));
        return Reflect.apply(write, this, args);
      } as Socket['write'];
    });
    http.on('request', (_req, res: ServerResponse) => {
      res.writeHead(200, { 'Content-Length': 5 });
      expect(joinBody(res, 'hello')).toBe(true);
      res.end();
    });
    const { body } = await fetchAnswer(`${url}/elsewhere`);
    expect(body).toBe('hello');
    expect(writes).toEqual([expect.stringMatching(/^HTTP\/1\.1 200 .*\r\n\r\nhello$/s)]);
  });
});

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}
