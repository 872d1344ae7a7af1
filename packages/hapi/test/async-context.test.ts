import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { connected, listen, makeServer, transports } from './support/kit.js';

const trace = new AsyncLocalStorage<unknown>();

class Traced extends Namespace {
  async onWhich() {
    await null;
    return trace.getStore();
  }
}

test.each(transports)('handlers run in the asynchronous context of extensions, over %s', async (_transport, list) => {
  const server = makeServer();
  server.ext('onRequest', (request, h) => {
    trace.enterWith(request.headers['x-trace']);
    return h.continue;
  });
  await server.register(socketio({ '/': Traced }));
  const url = await listen(server);
  const options = { transports: [...list], extraHeaders: { 'x-trace': 'a' } };
  expect(await (await connected(url, options)).emitWithAck('which')).toBe('a');
});
