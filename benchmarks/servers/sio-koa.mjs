import { socketio } from '@sio/koa';
import Koa from 'koa';
import { applicationFor } from './application.mjs';
import { optionsOf } from './sio-options.mjs';

/** sio mounted on Koa, which has nothing else to do.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, settings) {
  const app = new Koa();
  app.use(socketio({ '/': applicationFor(settings.handlers) }, optionsOf(settings)));
  http.on('request', app.callback());
}
