import { once } from 'node:events';
import { createServer } from 'node:http';
import { answer } from '../lib/answer.mjs';
import { LINE } from './handlers.mjs';
import { servers } from './index.mjs';
import * as meter from './meter.mjs';

/** Node's own default of 511 would make a storm of connects wait for TCP retransmissions instead of the server. */
const BACKLOG = 4096;

/** Node's own default of 5 s (ms) would close the clients' connections while other servers have their turn. */
const KEEP_ALIVE = 600_000;

const http = createServer();
http.keepAliveTimeout = KEEP_ALIVE;
/** @type {any} */
let io;

answer({
  ...meter,

  /**
   * @param {{ server: string, settings: import('../types.d.ts').ServerSettings }} payload
   * @returns {Promise<{ port: number } | { unavailable: string }>}
   */
  async start({ server, settings }) {
    let start;
    try {
      start = await servers[server]();
    } catch (error) {
      return { unavailable: error instanceof Error ? error.message : String(error) };
    }
    io = await start(http, settings);
    http.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG });
    await once(http, 'listening');
    return { port: /** @type {import('node:net').AddressInfo} */ (http.address()).port };
  },

  /** @returns {Promise<number>} */
  connections: () => new Promise((resolve) => http.getConnections((_error, count) => resolve(count))),

  /** Of a cluster. */
  servers: () => io.of('/').adapter.serverCount(),

  /** @param {{ room: string, event: string, count: number }} payload */
  emit({ room, event, count }) {
    for (let n = 0; n < count; n++) io.to(room).emit(event, LINE, { at: n });
  },
});
