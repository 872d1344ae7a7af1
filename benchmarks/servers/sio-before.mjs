import { pathToFileURL } from 'node:url';
import { handle } from './handlers.mjs';
import { optionsOf } from './sio-options.mjs';

const { SIO_BEFORE } = process.env;
if (!SIO_BEFORE) throw new Error('SIO_BEFORE has to name the index.js of another build of @sio/core');
const { Server } = await import(pathToFileURL(SIO_BEFORE).href);

/** Another build of sio, to see what a change has done.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, settings) {
  handle(new Server(http, optionsOf(settings)), settings.handlers);
}
