import { createServer } from 'node:http';
import { answer } from '../lib/answer.mjs';
import { Meter } from './meter.mjs';

/** Node's own default of 511 would make a storm of connects wait for TCP retransmissions instead of the server. */
const BACKLOG = 4096;

/** Node's own default of 5 s (ms) would close the clients' connections while other servers have their turn. */
const KEEP_ALIVE = 600_000;

const http = createServer();
http.keepAliveTimeout = KEEP_ALIVE;
const meter = new Meter();

/** @param {import('../types.d.ts').ServerModule} module @param {import('../types.d.ts').ServerSettings} settings */
async function start(module, settings) {
  await module.start(http, settings);
  await new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => resolve(undefined));
  });
  return /** @type {import('node:net').AddressInfo} */ (http.address()).port;
}

answer({
  /**
   * @param {{ server: string, settings: import('../types.d.ts').ServerSettings }} payload
   * @returns {Promise<{ port: number } | { unavailable: string }>}
   */
  async start({ server, settings }) {
    let module;
    try {
      module = await import(`./${server}.mjs`);
    } catch (error) {
      return { unavailable: error instanceof Error ? error.message : String(error) };
    }
    return { port: await start(module, settings) };
  },

  collect: () => meter.collect(),
  mark: () => meter.mark(),
  read: () => meter.read(),
  profile: () => meter.startProfile(),
  saveProfile: (/** @type {{ path: string }} */ { path }) => meter.saveProfile(path),
  memory: () => meter.memory(),
  watchDelay: () => meter.watchDelay(),
  readDelay: () => meter.readDelay(),

  /** @returns {Promise<number>} */
  connections: () => new Promise((resolve) => http.getConnections((_error, count) => resolve(count))),
});
