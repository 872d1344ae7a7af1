import { slipSuite } from '@sio/conformance/suites';
import { Namespace, socketio } from '../src/index.js';
import { makeServer, start } from './support/start.js';

slipSuite(async (slip) => {
  const server = makeServer();
  server.ext(
    'onRequest',
    ({ raw: { req, res } }, h) => new Promise((resolve) => slip(req, res, () => resolve(h.continue))),
  );
  const plugin = socketio({ '/': Namespace }, { cors: {}, legacyTransports: ['websocket', 'htmlfile', 'xhr-polling'] });
  await server.register(plugin);
  return { port: Number(new URL(await start(server)).port), io: plugin.io };
});
