import '@sio/koa';
import { once } from 'node:events';
import { startSample } from '@sio/test-kit/examples';
import 'koa';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';

const PROGRAMS = {
  'koa-socket-2': () => import('./moving/koa-socket-2-before.mjs'),
  '@sio/koa': () => import('./moving/koa-socket-2-after.js'),
};

test.each(Object.entries(PROGRAMS))(
  'a client of the chat that moves notices nothing: on %s',
  async (_name, program) => {
    const url = `http://${await startSample(program)}/chat`;
    const socket = io(url, { forceNew: true, reconnection: false, extraHeaders: { cookie: 'name=Ann' } });
    onTestFinished(() => void socket.disconnect());
    const heard = once(socket as never, 'said');
    socket.emit('say', 'hello');
    expect(await heard).toEqual(['Ann: hello']);
  },
);
