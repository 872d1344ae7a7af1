import { randomBytes } from 'node:crypto';
import { adminHandlers } from '@sio/admin';
import { serve } from '@sio/example-shared';
import { Telemetry } from '@sio/opentelemetry';
import { Metrics, scrapeHandlers } from '@sio/prometheus';
import type { RequestHandler } from 'express';
import { Chat } from './chat.js';
import { startCrowd } from './crowd.js';
import { startTracing } from './tracing.js';

const PASSWORD = process.env.PASSWORD ?? randomBytes(6).toString('hex');
/** Of traces. */
const SHARE = Number(process.env.SHARE ?? 0.05);
const LOGIN = `Basic ${Buffer.from(`operator:${PASSWORD}`).toString('base64')}`;

/** Use the login of your own application here. */
const requireOperator: RequestHandler = (req, res, next) => {
  if (req.headers.authorization === LOGIN) return next();
  res.set('WWW-Authenticate', 'Basic realm="operators"').status(401).send('Log in first');
};

const tracerProvider = startTracing(SHARE);
let leave = () => {};

const { url, sio } = await serve(
  { '/chat': Chat },
  {
    pages: new URL('../public', import.meta.url),
    routes: (app, io) => {
      new Metrics(io);
      new Telemetry(io, { tracerProvider, spans: { emits: false } });
      const admin = adminHandlers(io, { user: (socket) => socket.handshake.auth.name });
      app.all('/admin', requireOperator, admin.node);
      app.get('/metrics', requireOperator, scrapeHandlers().node);
    },
    ended: async () => {
      leave();
      await tracerProvider.shutdown();
    },
  },
);
// One guest more or less is no reason to look again: the page asks every second.
leave = startCrowd(url);
await new Promise((resolve) => sio.io.of('/chat').once('connection', resolve));
console.log(`Operations: ${url} (operator, ${PASSWORD})`);
