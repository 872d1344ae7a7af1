import { type ErrorContext, Namespace, type Socket } from '@sio/core';
import { collect, connect, startServer, type Version } from '@sio/test-kit';
import { Adapter } from 'socket.io-adapter';
import { describe, expect, test } from 'vitest';

const websocket = { transports: ['websocket'] };
const VERSIONS: readonly Version[] = ['4.8.4', '2.5.0', '0.9.17'];

async function arrivals(versions: readonly Version[]) {
  const server = await startServer();
  const clients = [];
  for (const version of versions) {
    const arrived = new Promise<Socket>((resolve) => void server.io.once('connection', resolve));
    const client = connect(version, server.url, websocket);
    await Promise.all([arrived, client.next('connect')]);
    clients.push({ client, socket: await arrived });
  }
  return { ...server, clients };
}

/** An adapter whose broker is away. */
class Cut extends Adapter {
  override addAll(id: string, rooms: Set<string>): Promise<void> | void {
    return rooms.has('tea') ? Promise.reject(new Error('cannot enter')) : super.addAll(id, rooms);
  }

  override del(): Promise<void> {
    return Promise.reject(new Error('cannot leave'));
  }
}

describe('rooms', () => {
  test.each(VERSIONS)(
    'that an adapter cannot change are reported to onError once, and to the code that awaits the call (client %s)',
    async (version) => {
      const told: unknown[] = [];
      class Guests extends Namespace {
        onForget() {
          this.join('tea');
          this.leave('tea');
        }

        async onAwait() {
          const waits = [async () => this.join('tea'), async () => this.leave('tea')];
          const ends = await Promise.allSettled(waits.map((wait) => wait()));
          return ends.map((end) => end.status === 'rejected' && end.reason.message);
        }

        onError(error: Error, { phase, socket }: ErrorContext) {
          told.push([phase, error.message, socket === this]);
        }
      }
      const both = [
        ['adapter', 'cannot enter', true],
        ['adapter', 'cannot leave', true],
      ];
      const { url } = await startServer({ namespaces: { '/': Guests }, adapter: Cut as never });
      const client = connect(version, url, websocket);
      await client.next('connect');
      await client.ask('forget');
      expect(told).toEqual(both);
      expect(await client.ask('await')).toEqual([['cannot enter', 'cannot leave']]);
      expect(told).toEqual([...both, ...both]);
    },
  );

  test('contain the own id, and can be joined and left any number of times', async () => {
    const { io, clients } = await arrivals(['4.8.4']);
    const { socket } = clients[0]!;
    socket.leave('never joined');
    socket.join(['tea', 'tea']);
    socket.join('tea');
    expect([...socket.rooms]).toEqual([socket.id, 'tea']);
    socket.leave('tea');
    socket.leave('tea');
    expect([...socket.rooms]).toEqual([socket.id]);
    expect([...io.of('/').adapter.rooms.keys()]).toEqual([socket.id]);
  });

  test('stay empty if no socket has the id, and can be closed while empty', async () => {
    const { io } = await arrivals(['4.8.4']);
    io.in('nobody').socketsJoin('tea');
    io.in('tea').socketsLeave('tea');
    io.in('nobody').disconnectSockets();
    expect(io.of('/').adapter.rooms.has('tea')).toBe(false);
    expect(await io.in('tea').fetchSockets()).toEqual([]);
  });

  test('that are closed are empty, for clients of every protocol version, which stay in the others', async () => {
    const { io, clients } = await arrivals(VERSIONS);
    for (const { socket } of clients) socket.join(['tea', 'cake']);
    const heard = clients.map(({ client }) => collect(client, 'news'));
    const last = clients.map(({ client }) => client.next('last'));
    io.in('tea').socketsLeave('tea');
    io.to('tea').emit('news', 'tea');
    io.to(['tea', 'cake']).emit('news', 'cake');
    io.emit('last');
    await Promise.all(last);
    expect(heard).toEqual([[['cake']], [['cake']], [['cake']]]);
  });

  test('and ids can be left out together, in a list or one by one', async () => {
    const { io, clients } = await arrivals(['4.8.4', '4.8.4', '2.5.0', '0.9.17']);
    const [, second, third, fourth] = clients.map(({ socket }) => socket);
    third!.join('quiet');
    const heard = clients.map(({ client }) => collect(client, 'news'));
    const last = clients.map(({ client }) => client.next('last'));
    io.except([second!.id, 'quiet']).emit('news', 1);
    io.except(second!.id).except(fourth!.id).emit('news', 2);
    io.emit('last');
    await Promise.all(last);
    expect(heard).toEqual([[[1], [2]], [], [[2]], [[1]]]);
  });
});

describe.each(VERSIONS)('asking a client %s', (version) => {
  test('passes the first value to emitWithAck, and all to a callback', async () => {
    const { clients } = await arrivals([version]);
    const { client, socket } = clients[0]!;
    const answers: Record<string, unknown[]> = { none: [], one: ['a'], several: ['a', 'b'] };
    client.on('question', (how: string, answer: (...values: unknown[]) => void) => answer(...(answers[how] ?? [])));
    const promised = async (how: string) => socket.timeout(30_000).emitWithAck('question', how);
    expect(await promised('one')).toBe('a');
    expect(await promised('several')).toBe('a');
    expect(await promised('none')).toBe(undefined);
    const called = (how: string) =>
      new Promise((resolve) => void socket.emit('question', how, (...all: unknown[]) => resolve(all)));
    expect(await Promise.all(Object.keys(answers).map(called))).toEqual(Object.values(answers));
  });

  test('fails when its time is over or the client leaves; without a limit it waits', async () => {
    const { clients } = await arrivals([version]);
    const { client, socket } = clients[0]!;
    await expect(socket.timeout(1).emitWithAck('question')).rejects.toThrow('operation has timed out');
    const unlimited = socket.emitWithAck('question');
    const failed = expect(unlimited).rejects.toThrow(/disconnected/);
    client.disconnect();
    await failed;
  });
});

test('a room can be asked with one call: the answers of all clients come in a list, whatever their protocol version', async () => {
  const { io, clients } = await arrivals(VERSIONS);
  for (const { client, socket } of clients) {
    socket.join('tea');
    client.on('question', (answer: (text: string) => void) => answer(client.version));
  }
  const answers = await io.to('tea').timeout(30_000).emitWithAck('question');
  expect([...answers].sort()).toEqual([...VERSIONS].sort());
});

describe('disconnecting a client', () => {
  test('by its id, once or twice, is reported to it once, and its connection stays', async () => {
    const { io, clients } = await arrivals(['4.8.4']);
    const { client, socket } = clients[0]!;
    const reasons: string[] = [];
    socket.on('disconnect', (reason) => reasons.push(reason));
    const gone = collect(client, 'disconnect');
    const told = client.next('disconnect');
    io.in(socket.id).disconnectSockets();
    io.in(socket.id).disconnectSockets();
    socket.disconnect();
    await told;
    expect(reasons).toEqual(['server namespace disconnect']);
    expect(gone).toHaveLength(1);
    expect(socket.conn.readyState).toBe('open');
    client.raw.connect();
    await client.next('connect');
  });
});

test('a socket reads its own objects in other namespaces by their names', async () => {
  class Chat extends Namespace {
    onWhere() {
      return [...this.client.sockets.values()].map((socket) => socket.nsp.name);
    }
  }
  const { url } = await startServer({ namespaces: { '/': Namespace, '/chat': Chat } });
  const { Manager } = await import('socket.io-client');
  const manager = new Manager(url, websocket);
  const main = manager.socket('/');
  await new Promise((done) => void main.once('connect', () => done(undefined)));
  const chat = manager.socket('/chat');
  expect(await chat.emitWithAck('where')).toEqual(['/', '/chat']);
  chat.disconnect();
  main.disconnect();
});
