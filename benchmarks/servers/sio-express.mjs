import { socketio } from '@sio/express';
import express from 'express';
import { applicationFor } from './application.mjs';

/** sio mounted on Express, which has nothing else to do.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, { handlers, maxPayload, releaseRequest }) {
  const app = express();
  app.use(
    socketio({ '/': applicationFor(handlers) }, { serveClient: false, maxHttpBufferSize: maxPayload, releaseRequest }),
  );
  http.on('request', app);
}
