import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EventMessage, Namespace, observeServer, socketio } from '@sio/core';
import { connect, listen } from '@sio/test-kit';
import { expect, onTestFinished, test } from 'vitest';

const counts = new Map<string, number>();

subscribe('sio:event', (message) => {
  const { namespace, event, generation } = message as EventMessage;
  const key = `${namespace} ${event} ${generation}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
});

const trace = new AsyncLocalStorage<{ id: string }>();

class Traced extends Namespace {
  async onWhich() {
    await null;
    return trace.getStore()?.id;
  }
}

const httpServer = createServer();
const { io } = socketio({ '/': Traced }).attach(httpServer);
io.engine.use((req, _res, next) => trace.run({ id: String(req.headers['x-trace']) }, next));

const slow: string[] = [];

const stop = observeServer(io, {
  handled({ namespace }, event, seconds) {
    if (seconds > 0.25) slow.push(`${namespace} ${event}`);
  },
});

test('the samples of the guide do what the guide says', async () => {
  onTestFinished(() => io.close());
  await listen(httpServer);
  const { port } = httpServer.address() as AddressInfo;
  const options = { transports: ['websocket'], extraHeaders: { 'x-trace': 'abc' } };
  const client = connect('4.8.4', `http://127.0.0.1:${port}`, options);
  expect(await client.ask('which')).toEqual(['abc']);
  expect(await client.ask('which')).toEqual(['abc']);
  stop();
  expect(slow).toEqual([]);
  expect([...counts]).toEqual([['/ which eio4', 2]]);
});
