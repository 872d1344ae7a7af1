import { socketio } from '@sio/fastify';
import fastify from 'fastify';
import { applicationFor } from './application.mjs';
import { optionsOf } from './sio-options.mjs';

/** sio mounted on Fastify, which has nothing else to do.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export async function start(http, settings) {
  const app = fastify({
    serverFactory(handler) {
      http.on('request', handler);
      return http;
    },
  });
  await app.register(socketio({ '/': applicationFor(settings.handlers) }, optionsOf(settings)));
  await app.ready();
}
