import type { Lifecycle } from '@hapi/hapi';
import { type ConnectMiddleware, slipSuite } from '@sio/conformance/suites';
import { Namespace, socketio } from '../src/index.js';
import { listen, makeServer } from './support/kit.js';

function extension(middleware: ConnectMiddleware): Lifecycle.Method {
  return async ({ raw: { req, res } }, h) => {
    await new Promise<void>((resolve) => middleware(req, res, () => resolve()));
    return h.continue;
  };
}

slipSuite(async (slip) => {
  const server = makeServer();
  server.ext('onRequest', extension(slip));
  const plugin = socketio({ '/': Namespace }, { cors: {}, legacyTransports: ['websocket', 'htmlfile', 'xhr-polling'] });
  await server.register(plugin);
  return { port: Number(new URL(await listen(server)).port), io: plugin.io };
});
