import { socketio } from '@sio/koa';
import Koa from 'koa';
import { applicationFor } from './application.mjs';

/** sio mounted on Koa, which has nothing else to do.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, { handlers, maxPayload, releaseRequest }) {
  const app = new Koa();
  app.use(
    socketio({ '/': applicationFor(handlers) }, { serveClient: false, maxHttpBufferSize: maxPayload, releaseRequest }),
  );
  http.on('request', app.callback());
}
