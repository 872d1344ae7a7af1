import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { connected, listen, majors, transports } from './support/kit.js';

const trace = new AsyncLocalStorage<unknown>();

class Traced extends Namespace {
  async onWhich() {
    await null;
    return trace.getStore();
  }
}

describe.each(majors)('%s', (_name, { fastify }) => {
  test.each(transports)('handlers run in the asynchronous context of hooks, over %s', async (_transport, list) => {
    const app = fastify();
    app.addHook('onRequest', ({ headers }, _reply, done) => trace.run(headers['x-trace'], done));
    await app.register(socketio({ '/': Traced }));
    const url = await listen(app);
    const options = { transports: [...list], extraHeaders: { 'x-trace': 'a' } };
    expect(await (await connected(url, options)).emitWithAck('which')).toBe('a');
  });
});
