import { Server } from '@sio/core';
import { handle } from './handlers.mjs';
import { optionsOf } from './sio-options.mjs';

/** sio in the function style: the same application code as for socket.io.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, settings) {
  handle(new Server(http, optionsOf(settings)), settings.handlers);
}
