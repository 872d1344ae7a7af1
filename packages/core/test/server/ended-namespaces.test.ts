import type { Socket } from '@sio/core';
import { RawWebSocket, startServer } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';

/** Ways in which a server ends a namespace for a client. */
const ENDS: Record<string, (socket: Socket, nsp: { disconnectSockets(): void }) => void> = {
  'socket.disconnect()': (socket) => void socket.disconnect(),
  'disconnectSockets()': (_socket, nsp) => nsp.disconnectSockets(),
  expiresAt: (socket) => {
    socket.expiresAt = 1;
    // The event that comes next finds it over.
  },
};

/** A client in `/` and `/chat`. */
async function joined() {
  const server = await startServer();
  const arrived = new Promise<Socket>((resolve) => void server.io.of('/chat').once('connection', resolve));
  server.io.on('connection', (socket: Socket) => void socket.on('echo', (value) => socket.emit('echo', value)));
  const ws = await RawWebSocket.open(`${server.url}/socket.io/?EIO=4&transport=websocket`);
  await ws.next();
  ws.send('40');
  expect(await ws.next()).toMatch(/^40\{/);
  ws.send('40/chat,');
  expect(await ws.next()).toMatch(/^40\/chat,/);
  const socket = await arrived;
  return { ...server, ws, socket };
}

async function echoes(ws: RawWebSocket): Promise<void> {
  ws.send('42["echo",1]');
  expect(await ws.next()).toBe('42["echo",1]');
}

describe('packets that are under way when the server ends a namespace', () => {
  test.each(Object.keys(ENDS))('are dropped, and the other namespaces stay (%s)', async (how) => {
    const { io, ws, socket } = await joined();
    socket.emit('question', () => {});
    const [id] = socket.acks.keys();
    expect(await ws.next()).toBe(`42/chat,${id}["question"]`);
    const gone = new Promise((resolve) => void socket.on('disconnect', resolve));
    ENDS[how]!(socket, io.of('/chat'));
    // Its client has not read yet that it is out.
    ws.send('42/chat,["say","late"]', '42/chat,7["say","late"]', `43/chat,${id}["answer"]`, '41/chat,');
    await gone;
    while ((await ws.next()) !== '41/chat,');
    await echoes(ws);
  });

  test('do not keep it from being joined again', async () => {
    const { io, ws, socket } = await joined();
    socket.disconnect();
    expect(await ws.next()).toBe('41/chat,');
    ws.send('42/chat,["say","late"]');
    const again = new Promise<Socket>((resolve) => void io.of('/chat').once('connection', resolve));
    ws.send('40/chat,', '42/chat,["say","hello"]');
    const heard = new Promise((resolve) => void again.then((next) => next.onAny((...event) => resolve(event))));
    expect(await ws.next()).toMatch(/^40\/chat,/);
    ws.send('42/chat,["say","now"]');
    expect(await heard).toEqual(['say', expect.any(String)]);
    await echoes(ws);
  });
});

test('packets for a namespace that was never joined, or that the client itself has left, still break the protocol', async () => {
  for (const packets of [['42/other,["say"]'], ['41/chat,', '42/chat,["say"]']]) {
    const { ws } = await joined();
    ws.send(...packets);
    await ws.closed();
  }
});
