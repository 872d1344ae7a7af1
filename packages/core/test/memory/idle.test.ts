import { deepStrictEqual } from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Socket } from '@sio/core';
import { connect, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

async function joined(options: Parameters<typeof startServer>[0] = {}) {
  const server = await startServer(options);
  const arrival = new Promise<Socket>((resolve) => server.io.on('connection', resolve));
  const client = connect('4.8.4', server.url, { transports: ['websocket'], query: { token: 't' } });
  await client.next('connect');
  return { ...server, client, socket: await arrival };
}

describe('the room of a socket that is in no other', () => {
  it('is a set like any other', async () => {
    const { io, socket } = await joined();
    const room = io.sockets.adapter.rooms.get(socket.id) as Set<string>;
    expect(room).toBeInstanceOf(Set);
    expect([...room]).toEqual([socket.id]);
    expect([...room.values(), ...room.keys(), ...room.entries()].flat()).toEqual(Array(4).fill(socket.id));
    expect([room.size, room.has(socket.id), room.has('other')]).toEqual([1, true, false]);
    const seen: string[] = [];
    room.forEach((id) => void seen.push(id));
    expect(seen).toEqual([socket.id]);
    expect(room).toEqual(new Set([socket.id]));
    deepStrictEqual(room, new Set([socket.id]));
    deepStrictEqual(structuredClone(room), room);
    expect(inspect(room)).toBe(`Set(1) { '${socket.id}' }`);
  });

  it('is in maps like any other, which stay complete for a reader that holds them', async () => {
    const { io, socket, url } = await joined();
    const { rooms, sids } = io.sockets.adapter;
    const own = () => new Map([...io.sockets.sockets.keys()].map((id) => [id, new Set([id])]));
    for (const map of [rooms, sids]) {
      deepStrictEqual(map, own());
      deepStrictEqual(structuredClone(map), own());
      expect(inspect(map)).toBe(`Map(1) { '${socket.id}' => Set(1) { '${socket.id}' } }`);
    }
    const second = connect('4.8.4', url, { transports: ['websocket'] });
    await second.next('connect');
    expect(rooms.size).toBe(2);
    for (const map of [rooms, sids]) deepStrictEqual(map, own());
    socket.join('room');
    expect([...(rooms.get('room') ?? [])]).toEqual([socket.id]);
    expect([...(sids.get(socket.id) ?? [])]).toEqual([socket.id, 'room']);
    expect([...(rooms.get(socket.id) ?? [])]).toEqual([socket.id]);
    socket.disconnect(true);
    expect([rooms.size, sids.size]).toEqual([1, 1]);
  });

  it('stays correct for code that holds it while the socket joins and leaves rooms', async () => {
    const { io, socket } = await joined();
    const { rooms } = socket;
    socket.join(['a', 'b']);
    socket.leave('a');
    expect([...rooms]).toEqual([socket.id, 'b']);
    expect([...(io.sockets.adapter.rooms.get('b') ?? [])]).toEqual([socket.id]);
  });

  it('can be joined by others, and is deleted when all have left', async () => {
    const { io, socket, url } = await joined();
    const arrival = new Promise<Socket>((resolve) => io.once('connection', resolve));
    const second = connect('4.8.4', url, { transports: ['websocket'] });
    const guest = await arrival;
    guest.join(socket.id);
    const heard = second.next('hi');
    io.to(socket.id).emit('hi');
    await heard;
    const { rooms, sids } = io.sockets.adapter;
    socket.disconnect(true);
    expect([...(rooms.get(socket.id) ?? [])]).toEqual([guest.id]);
    guest.leave(socket.id);
    guest.leave(guest.id);
    expect([rooms.size, [...sids.keys()]]).toEqual([0, [guest.id]]);
    guest.disconnect(true);
    expect(sids.size).toBe(0);
  });

  it('is announced and deleted like all rooms', async () => {
    const { io, socket } = await joined();
    const told: unknown[][] = [];
    for (const event of ['create-room', 'join-room', 'leave-room', 'delete-room']) {
      io.sockets.adapter.on(event, (...args) => told.push([event, ...args]));
    }
    socket.disconnect(true);
    expect(told).toEqual([
      ['leave-room', socket.id, socket.id],
      ['delete-room', socket.id],
    ]);
  });
});

describe('the request of a connection', () => {
  it('is released after the first namespace was joined, with releaseRequest', async () => {
    const { socket } = await joined({ releaseRequest: true });
    expect(socket.request).toBeNull();
    expect(socket.conn.request).toBeNull();
    expect(socket.handshake).toMatchObject({ address: '127.0.0.1', headers: {}, query: {} });
  });

  it('is still there while the socket is being announced', async () => {
    const { io, url } = await startServer({ releaseRequest: true });
    const token = new Promise((resolve) => io.on('connection', (socket) => resolve(socket.handshake.query.token)));
    connect('4.8.4', url, { transports: ['websocket'], query: { token: 't' } });
    expect(await token).toBe('t');
  });

  it('can be released by hand, as with socket.io, and the handshake keeps its data', async () => {
    const { socket } = await joined();
    socket.conn.request = null;
    expect(socket.request).toBeNull();
    expect(socket.handshake.query).toMatchObject({ token: 't', transport: 'websocket' });
    expect(socket.handshake.headers.host).toMatch(/^127/);
  });
});

it('no event that a client could name reaches what objects inherit', async () => {
  const { socket, client } = await joined();
  socket.on('known', (ack: (text: string) => void) => ack('yes'));
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) client.emit(name, 1);
  expect(await client.ask('known')).toEqual(['yes']);
});
