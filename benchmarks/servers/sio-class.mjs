import { socketio } from '@sio/core';
import { applicationFor } from './application.mjs';
import { optionsOf } from './sio-options.mjs';

/** sio with a class namespace.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, settings) {
  socketio({ '/': applicationFor(settings.handlers) }, optionsOf(settings)).attach(http);
}
