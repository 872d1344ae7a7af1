import { server as hapi } from '@hapi/hapi';
import { socketio } from '@sio/hapi';
import { applicationFor } from './application.mjs';
import { optionsOf } from './sio-options.mjs';

/** sio mounted on Hapi, which has nothing else to do.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export async function start(http, settings) {
  const app = hapi({ listener: http, autoListen: false });
  await app.register(socketio({ '/': applicationFor(settings.handlers) }, optionsOf(settings)));
  await app.start();
}
