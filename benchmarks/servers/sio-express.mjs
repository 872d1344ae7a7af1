import { socketio } from '@sio/express';
import express from 'express';
import { applicationFor } from './application.mjs';
import { optionsOf } from './sio-options.mjs';

/** sio mounted on Express, which has nothing else to do.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, settings) {
  const app = express();
  app.use(socketio({ '/': applicationFor(settings.handlers) }, optionsOf(settings)));
  http.on('request', app);
}
