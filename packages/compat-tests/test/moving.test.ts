import { once } from 'node:events';
import { startSample } from '@sio/test-kit/examples';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import '@sio/core/compat';
import 'socket.io';

const PROGRAMS = {
  'socket.io': () => import('./moving/socket.io-4-before.js'),
  '@sio/core/compat': () => import('./moving/socket.io-4-after.js'),
};

test.each(Object.entries(PROGRAMS))('the chat of the page about moving runs on %s', async (_name, program) => {
  const socket = io(`http://${await startSample(program)}/chat`, { forceNew: true });
  onTestFinished(() => void socket.disconnect());
  expect(await socket.emitWithAck('enter', 'tea')).toBe(2);
  const heard = once(socket as never, 'said');
  socket.emit('say', 'tea', 'hello');
  expect(await heard).toEqual(['hello']);
});
