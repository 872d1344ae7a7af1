import { socketio } from '@sio/core';
import { applicationFor } from './application.mjs';

/** sio with a class namespace.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, { handlers, maxPayload, releaseRequest }) {
  socketio(
    { '/': applicationFor(handlers) },
    { serveClient: false, maxHttpBufferSize: maxPayload, releaseRequest },
  ).attach(http);
}
