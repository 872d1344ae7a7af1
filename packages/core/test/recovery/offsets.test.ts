import type { Server, Socket } from '@sio/core';
import { startServer } from '@sio/test-kit';
import { type Socket as ClientSocket, io as connectTo } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';

interface Visit {
  readonly peer: ClientSocket;
  readonly socket: Socket;
  readonly heard: unknown[];
}

/** A client's memory of its session: a stranger writes anything into it. */
interface Memory {
  readonly pid: string;
  readonly offset?: string | undefined;
}

async function visit(io: Server, url: string, memory?: Memory): Promise<Visit> {
  const arrived = new Promise<Socket>((resolve) => io.once('connection', resolve));
  const options = { forceNew: true, reconnection: false, transports: ['websocket'] };
  const peer = connectTo(url, { ...options, ...(memory !== undefined && { auth: memory }) });
  onTestFinished(() => void peer.disconnect());
  const heard: unknown[] = [];
  peer.on('said', (text) => heard.push(text));
  const [socket] = await Promise.all([arrived, new Promise<void>((resolve) => peer.once('connect', resolve))]);
  await settled(socket, peer);
  return { peer, socket, heard };
}

/** Everything sent so far has arrived. */
async function settled(socket: Socket, peer: ClientSocket): Promise<void> {
  peer.once('settled?', (answer: () => void) => answer());
  await socket.emitWithAck('settled?');
}

async function cut({ peer, socket }: Visit): Promise<Memory> {
  await settled(socket, peer);
  const { _pid: pid, _lastOffset: offset } = peer as unknown as { _pid: string; _lastOffset?: string };
  const gone = new Promise((resolve) => socket.once('disconnect', resolve));
  peer.io.engine.close();
  await gone;
  return { pid, offset };
}

/** The offset of the n-th packet of the same log. */
function forged(offset: string, n: number): string {
  return `${offset.slice(0, 6)}${n.toString(36)}`;
}

describe('an offset that a client makes up', () => {
  it('gives it no event from before it connected', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: true });
    io.emit('said', 'secret 1');
    io.emit('said', 'secret 2');
    const first = await visit(io, url);
    io.emit('said', 'hello');
    const { pid, offset } = await cut(first);
    io.emit('said', 'missed');
    const { heard, socket } = await visit(io, url, { pid, offset: forged(offset as string, 0) });
    expect([socket.recovered, heard]).toEqual([true, ['hello', 'missed']]);
  });

  it.each([0, 1, 2])('gives it no event from before it connected, also after it has come back (%i)', async (n) => {
    const { io, url } = await startServer({ connectionStateRecovery: true });
    io.emit('said', 'secret 1');
    io.emit('said', 'secret 2');
    const memory = await cut(await visit(io, url));
    io.emit('said', 'missed');
    const back = await visit(io, url, memory);
    expect(back.heard).toEqual(['missed']);
    const { pid, offset } = await cut(back);
    const again = await visit(io, url, { pid, offset: forged(offset as string, n) });
    expect([again.socket.recovered, again.heard]).toEqual([true, ['missed']]);
  });

  it.each([1, 2, 3])('gives it no event of a room from before it joined (%i)', async (n) => {
    const { io, url } = await startServer({ connectionStateRecovery: true });
    const first = await visit(io, url);
    io.emit('said', 'hello');
    io.to('vip').emit('said', 'secret');
    io.emit('said', 'all');
    first.socket.join('vip');
    io.to('vip').emit('said', 'for members');
    const { pid, offset } = await cut(first);
    io.to('vip').emit('said', 'missed');
    const { heard } = await visit(io, url, { pid, offset: forged(offset as string, n) });
    expect(heard).toEqual(['hello', 'all', 'for members', 'missed'].slice(n === 1 ? 1 : n === 2 ? 1 : 2));
  });

  it('gives it no event that was sent with except() while it was in a room', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: true });
    const first = await visit(io, url);
    io.emit('said', 'hello');
    first.socket.join('muted');
    io.except('muted').emit('said', 'secret');
    first.socket.leave('muted');
    io.emit('said', 'all');
    const { pid, offset } = await cut(first);
    const { heard } = await visit(io, url, { pid, offset: forged(offset as string, 1) });
    expect(heard).toEqual(['all']);
  });

  it('gives it no event of a room that it joins only when it comes back', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: true });
    const first = await visit(io, url);
    const memory = await cut(first);
    io.to('vip').emit('said', 'secret');
    io.use((socket, next) => {
      void socket.join('vip');
      next();
    });
    const back = await visit(io, url, memory);
    io.to('vip').emit('said', 'for members');
    const { pid, offset } = await cut(back);
    const { heard } = await visit(io, url, { pid, offset: forged(offset as string, 0) });
    expect(heard).toEqual(['for members']);
  });
});

describe('a client that comes back with what it really has', () => {
  it('gets the events that it missed, also of a room that it has left and joined again', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: true });
    const first = await visit(io, url);
    first.socket.join('news');
    io.to('news').emit('said', 1);
    first.socket.leave('news');
    io.to('news').emit('said', 2);
    first.socket.join('news');
    io.to('news').emit('said', 3);
    const { pid, offset } = await cut(first);
    const { heard } = await visit(io, url, { pid, offset: forged(offset as string, 0) });
    expect(heard).toEqual([1, 3]);
  });

  it('can lose its connection twice before any event has reached it', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: true });
    const memory = await cut(await visit(io, url));
    io.emit('said', 1);
    await cut(await visit(io, url, memory));
    io.emit('said', 2);
    // As if nothing of the visit between had arrived.
    const { heard } = await visit(io, url, memory);
    expect(heard).toEqual([1, 2]);
  });

  it('can still have the offset of an earlier session', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: true });
    const first = await visit(io, url);
    io.emit('said', 'hello');
    const { offset } = await cut(first);
    io.emit('said', 'not for the next one');
    const second = await visit(io, url);
    const { pid } = await cut(second);
    io.emit('said', 'missed');
    const { heard, socket } = await visit(io, url, { pid, offset });
    expect([socket.recovered, heard]).toEqual([true, ['missed']]);
  });
});

describe('a client with many rooms', () => {
  it('gets what it has missed from a full log', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: true });
    const first = await visit(io, url);
    first.socket.join(Array.from({ length: 5000 }, (_, n) => `room ${n}`));
    const memory = await cut(first);
    for (let n = 0; n < 5000; n++) io.to(`other ${n}`).emit('said', n);
    io.to('room 4999').emit('said', 'missed');
    const { heard } = await visit(io, url, memory);
    expect(heard).toEqual(['missed']);
  });

  it('that changes them all the time gets back only events after the changes that are kept', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: true, maxRoomsPerSocket: 20 });
    const first = await visit(io, url);
    for (let n = 0; n < 100; n++) {
      io.emit('said', n);
      first.socket.join('room');
      first.socket.leave('room');
    }
    const { pid, offset } = await cut(first);
    io.emit('said', 'missed');
    const { heard } = await visit(io, url, { pid, offset: forged(offset as string, 1) });
    expect(heard.at(-1)).toBe('missed');
    expect(heard.length).toBeLessThan(20);
  });
});
