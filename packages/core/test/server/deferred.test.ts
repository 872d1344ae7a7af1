import { Namespace, type Socket } from '@sio/core';
import { connect, startServer, type Version } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';

const VERSIONS: Version[] = ['4.8.4', '2.5.0', '0.9.17'];
const websocket = { transports: ['websocket'] };

describe.each(VERSIONS)('for a client %s', (version) => {
  test('a connection listener sees what a middleware sets right after it calls next()', async () => {
    const { io, url } = await startServer();
    io.use((socket, next) => {
      next();
      socket.data.user = 'ann';
    });
    const seen = new Promise((resolve) => io.on('connection', (socket: Socket) => resolve(socket.data)));
    connect(version, url, websocket);
    expect(await seen).toEqual({ user: 'ann' });
  });

  test('an event’s handler sees what socket.use() sets right after it calls next(), in both styles', async () => {
    class Chat extends Namespace {
      onReady() {
        this.use((_event, next) => {
          next();
          this.data.seen = true;
        });
      }

      onAsk() {
        return this.data.seen === true;
      }
    }
    const { io, url } = await startServer({ namespaces: { '/': Chat } });
    io.of('/functions').on('connection', (socket: Socket) => {
      socket.use((_event, next) => {
        next();
        socket.data.seen = true;
      });
      socket.on('ask', (done: (seen: boolean) => void) => done(socket.data.seen === true));
    });
    expect(await connect(version, url, websocket).ask('ask')).toEqual([true]);
    expect(await connect(version, `${url}/functions`, websocket).ask('ask')).toEqual([true]);
  });

  test('events keep their order behind middlewares', async () => {
    const { io, url } = await startServer();
    const seen: number[] = [];
    io.on('connection', (socket: Socket) => {
      socket.use((_event, next) => next());
      socket.on('note', (n: number) => void seen.push(n));
      socket.on('notes', (done: (notes: number[]) => void) => done(seen));
    });
    const client = connect(version, url, websocket);
    for (const n of [1, 2, 3]) client.emit('note', n);
    expect(await client.ask('notes')).toEqual([[1, 2, 3]]);
  });

  test.each([false, 0, '', null, undefined])('next(%j) lets in', async (falsy) => {
    const { io, url } = await startServer();
    io.use((_socket, next) => next(falsy as never));
    await connect(version, url, websocket).next('connect');
  });
});

test('a predicate of a parent namespace can return any truthy value', async () => {
  const { io, url } = await startServer();
  io.of((_name, _auth, next) => next(null, 'yes' as never));
  await connect('4.8.4', `${url}/family`, websocket).next('connect');
});

test('the first client of a parent namespace passes a guard that its predicate adds', async () => {
  const { io, url } = await startServer();
  io.of((name, _auth, next) => {
    next(null, true);
    io.of(name).use((_socket, nope) => nope(new Error('guarded')));
  });
  const [error] = await connect('4.8.4', `${url}/family`, websocket).next('connect_error');
  expect(error.message).toBe('guarded');
});
