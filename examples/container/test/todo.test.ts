import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestServer } from '@sio/testing';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { createApp, MemoryStore, TodoNamespace } from '../src/index.js';

test('clients of the running application share its store', async () => {
  const app = createApp().listen(0);
  onTestFinished(() => app.close());
  const http = app.io.httpServer as Server;
  if (!http.listening) await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/todo`;
  const [ada, bob] = [1, 2].map(() => io(url, { forceNew: true, transports: ['websocket'] }));
  onTestFinished(() => [ada, bob].forEach((client) => void client?.disconnect()));
  const heard = new Promise((resolve) => bob!.on('added', (text) => resolve(text)));
  await new Promise((resolve) => bob!.on('connect', () => resolve(undefined)));
  await ada!.emitWithAck('add', 'buy tea');
  expect(await heard).toBe('buy tea');
  expect(await bob!.emitWithAck('list')).toEqual(['buy tea']);
});

test('a test gives the class services of its own', async () => {
  const store = new MemoryStore();
  const clock = { now: () => new Date('2030-01-01') };
  const create = () => new TodoNamespace({ store, clock });
  const ada = await createTestServer({ '/todo': { class: TodoNamespace, create } }).connect('/todo');
  await ada.call('add', 'buy tea');
  expect(await ada.next('added')).toEqual(['buy tea', '2030-01-01T00:00:00.000Z']);
  expect(await store.all()).toEqual(['buy tea']);
});
