import { once } from 'node:events';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import '@sio/core/compat';
import 'socket.io';

const PROGRAMS = {
  'socket.io': () => import('./moving/socket.io-4-before.js'),
  '@sio/core/compat': () => import('./moving/socket.io-4-after.js'),
};

test.each(Object.entries(PROGRAMS))('the chat of the page about moving runs on %s', async (_name, program) => {
  const listen = NetServer.prototype.listen as (...args: unknown[]) => NetServer;
  const started = new Promise<NetServer>((resolve) => {
    vi.spyOn(NetServer.prototype, 'listen').mockImplementation(function (this: NetServer) {
      resolve(this);
      return listen.call(this, 0, '127.0.0.1');
    } as never);
  });
  await program();
  const server = await started;
  vi.restoreAllMocks();
  if (!server.listening) await once(server, 'listening');
  onTestFinished(() => void server.close());

  const socket = io(`http://127.0.0.1:${(server.address() as AddressInfo).port}/chat`, { forceNew: true });
  onTestFinished(() => void socket.disconnect());
  expect(await socket.emitWithAck('enter', 'tea')).toBe(2);
  const heard = once(socket as never, 'said');
  socket.emit('say', 'tea', 'hello');
  expect(await heard).toEqual(['hello']);
});
