import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';

const CHANNELS = ['connection', 'disconnection', 'event', 'emit', 'ack', 'error', 'refusal'];

let seen = 0;

/**
 * The observers that an application may have on its connections, where a run wants them.
 * @param {any} io
 * @param {import('../types.d.ts').ServerSettings} settings
 */
export function observe(io, { watched, traced }) {
  if (watched) for (const name of CHANNELS) subscribe(`sio:${name}`, () => seen++);
  if (traced) {
    const trace = new AsyncLocalStorage();
    io.engine.use((/** @type {unknown} */ _req, /** @type {unknown} */ _res, /** @type {() => void} */ next) =>
      trace.run({}, next),
    );
  }
}
