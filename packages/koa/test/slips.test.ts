import http from 'node:http';
import { slipSuite } from '@sio/conformance/suites';
import { describe, onTestFinished } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { listenOnPort, majors } from './support/kit.js';

describe.each(majors)('%s', (_name, App) => {
  slipSuite(async (slip) => {
    const app = new App();
    app.silent = true;
    app.use(async ({ req, res }, next) => {
      await new Promise((resolve) => slip(req, res, resolve));
      await next();
    });
    const chat = socketio({ '/': Namespace }, { cors: {}, legacyTransports: ['websocket', 'htmlfile', 'xhr-polling'] });
    app.use(chat);
    onTestFinished(() => chat.io.close());
    return { port: await listenOnPort(http.createServer(app.callback())), io: chat.io };
  });
});
