import type { Server, Socket } from 'socket.io';
import type { Socket as ClientSocket } from 'socket.io-client';
import { expect, it } from 'vitest';
import { harness, next, pair, record, settled } from '../support/harness.js';
import { onBoth } from '../support/libraries.js';

/** Cuts the client's connection and waits until the server knows. */
async function cut({ socket, peer }: { socket: Socket; peer: ClientSocket }): Promise<void> {
  const gone = next(socket, 'disconnect');
  peer.io.engine.close();
  await gone;
}

/** The client comes back, and its socket on the server. */
async function comeBack(io: Server, peer: ClientSocket): Promise<Socket> {
  const arrived = next(io, 'connection');
  const back = next(peer, 'connect');
  peer.connect();
  const [[socket]] = await Promise.all([arrived, back]);
  return socket;
}

onBoth('a client that comes back', (load) => {
  it.each([[['websocket']], [['polling']], [['polling', 'websocket']]])(
    'has its id, rooms and data over %j, and hears what it missed, in order',
    async (transports) => {
      const { io, url } = await harness(load, { connectionStateRecovery: {} });
      const first = await pair(io, url, { transports });
      const heard = record(first.peer, 'a', 'b', 'c', 'd', 'e', 'f');
      first.socket.join('room');
      first.socket.data.name = 'ann';
      first.socket.emit('a', 1);
      await settled(first.socket, first.peer);
      const { id } = first.socket;
      await cut(first);
      io.emit('b', 2);
      io.to('room').emit('c', { three: 3 });
      io.to('elsewhere').emit('d');
      io.except('room').emit('e');
      first.socket.emit('f', Buffer.of(4));
      const socket = await comeBack(io, first.peer);
      expect([socket.id, socket.recovered, socket.data, [...socket.rooms]]).toEqual([
        id,
        true,
        { name: 'ann' },
        [id, 'room'],
      ]);
      expect([first.peer.id, first.peer.recovered]).toEqual([id, true]);
      await settled(socket, first.peer);
      const offset = expect.any(String);
      expect(heard).toEqual([
        ['a', 1, offset],
        ['b', 2, offset],
        ['c', { three: 3 }, offset],
        ['f', Buffer.of(4), offset],
      ]);
    },
  );

  it('can come back repeatedly', async () => {
    const { io, url } = await harness(load, { connectionStateRecovery: {} });
    const { socket: first, peer } = await pair(io, url);
    const heard = record(peer, 'n');
    first.emit('n', 0);
    await settled(first, peer);
    let socket = first;
    for (const n of [1, 2]) {
      await cut({ socket, peer });
      io.emit('n', n);
      socket = await comeBack(io, peer);
      expect(socket.recovered).toBe(true);
      await settled(socket, peer);
    }
    expect(heard.map(([, n]) => n)).toEqual([0, 1, 2]);
  });

  it('runs through the middlewares again if the option says so, with its restored socket', async () => {
    const { io, url } = await harness(load, { connectionStateRecovery: { skipMiddlewares: false } });
    const seen: unknown[] = [];
    io.use((socket, go) => {
      seen.push([socket.recovered, socket.data.name]);
      socket.data.name = 'ann';
      go();
    });
    const first = await pair(io, url);
    first.socket.emit('a');
    await settled(first.socket, first.peer);
    await cut(first);
    expect((await comeBack(io, first.peer)).recovered).toBe(true);
    expect(seen).toEqual([
      [false, undefined],
      [true, 'ann'],
    ]);
  });

  it('skips the middlewares if the option says so', async () => {
    const { io, url } = await harness(load, { connectionStateRecovery: { skipMiddlewares: true } });
    let runs = 0;
    io.use((_socket, go) => {
      runs += 1;
      go();
    });
    const first = await pair(io, url);
    first.socket.emit('a');
    await settled(first.socket, first.peer);
    await cut(first);
    expect((await comeBack(io, first.peer)).recovered).toBe(true);
    expect(runs).toBe(1);
  });

  it('is a new one when the server does not recover', async () => {
    const { io, url } = await harness(load);
    const first = await pair(io, url);
    const heard = record(first.peer, 'a');
    first.socket.emit('a', 1);
    await settled(first.socket, first.peer);
    expect(heard).toEqual([['a', 1]]);
    await cut(first);
    const socket = await comeBack(io, first.peer);
    expect([socket.recovered, socket.id === first.socket.id]).toEqual([false, false]);
  });

  it('is a new socket after a disconnect by either side', async () => {
    const { io, url } = await harness(load, { connectionStateRecovery: {} });
    for (const leave of [
      ({ peer }: { peer: ClientSocket }) => peer.disconnect(),
      ({ socket }: { socket: Socket }) => socket.disconnect(),
    ]) {
      const first = await pair(io, url);
      first.socket.emit('a');
      await settled(first.socket, first.peer);
      const gone = [next(first.socket, 'disconnect'), next(first.peer, 'disconnect')];
      leave(first);
      await Promise.all(gone);
      const socket = await comeBack(io, first.peer);
      expect([socket.recovered, socket.id === first.socket.id]).toEqual([false, false]);
      first.peer.disconnect();
    }
  });

  it('is a new one when it comes with an unknown session', async () => {
    const { io, url } = await harness(load, { connectionStateRecovery: {} });
    const { socket } = await pair(io, url, { auth: { pid: 'made up', offset: 'too' } });
    expect(socket.recovered).toBe(false);
  });

  it('is a new one when it comes back too late', async () => {
    const { io, url } = await harness(load, { connectionStateRecovery: { maxDisconnectionDuration: 1 } });
    const first = await pair(io, url);
    first.socket.emit('a');
    await settled(first.socket, first.peer);
    await cut(first);
    const end = performance.now() + 20;
    while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
    expect((await comeBack(io, first.peer)).recovered).toBe(false);
  });
});
