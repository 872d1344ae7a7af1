import '@fastify/cookie';
import '@fastify/cookie-9';
import '@sio/fastify';
import { once } from 'node:events';
import { startSample } from '@sio/test-kit/examples';
import 'fastify';
import 'fastify4';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test, vi } from 'vitest';

const PROGRAMS = {
  'fastify-socket.io': async () => {
    // The plugin is for Fastify 4. Its program asks for packages by their usual names.
    vi.doMock('fastify', () => import('fastify4'));
    vi.doMock('@fastify/cookie', () => import('@fastify/cookie-9'));
    onTestFinished(() => {
      vi.doUnmock('fastify');
      vi.doUnmock('@fastify/cookie');
    });
    return import('./moving/fastify-socket.io-before.mjs');
  },
  '@sio/fastify': () => import('./moving/fastify-socket.io-after.js'),
};

test.each(Object.entries(PROGRAMS))(
  'a client of the chat that moves notices nothing: on %s',
  async (_name, program) => {
    const url = `http://${await startSample(program)}/chat`;
    const socket = io(url, { forceNew: true, reconnection: false, extraHeaders: { cookie: 'name=Ann' } });
    onTestFinished(() => void socket.disconnect());
    const heard = once(socket as never, 'said');
    socket.emit('say', 'hello');
    expect(await heard).toEqual(['Ann', 'hello']);
  },
);
