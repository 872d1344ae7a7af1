import { socketio } from '@sio/core';
import { applicationFor } from './application.mjs';
import { observe } from './observers.mjs';
import { optionsOf } from './sio-options.mjs';

/** sio with a class namespace.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, settings) {
  const { io } = socketio({ '/': applicationFor(settings.handlers) }, optionsOf(settings)).attach(http);
  observe(io, settings);
}
