import { slipSuite } from '@sio/conformance/suites';
import { describe } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { listen, majors } from './support/kit.js';

describe.each(majors)('%s', (_name, { fastify }) => {
  slipSuite(async (slip) => {
    const app = fastify();
    app.addHook('onRequest', (request, reply, done) => {
      slip(request.raw, reply.raw, done as () => void);
    });
    await app.register(
      socketio({ '/': Namespace }, { cors: {}, legacyTransports: ['websocket', 'htmlfile', 'xhr-polling'] }),
    );
    return { port: Number(new URL(await listen(app)).port), io: app.io };
  });
});
