import { once } from 'node:events';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { answer } from '../lib/answer.mjs';
import { LINE } from './handlers.mjs';
import { servers } from './index.mjs';
import * as meter from './meter.mjs';

let http = createServer();
/** @type {any} */
let io;

answer({
  ...meter,

  /** @param {{ server: string, settings: import('../types.d.ts').ServerSettings }} payload */
  async start({ server, settings }) {
    const start = await servers[server]().catch(({ message }) => message);
    if (typeof start === 'string') return { unavailable: start };
    io = await start(http, settings);
    http = io?.http ?? http;
    // Node's own default of 5 s would close the clients' connections while other servers have their turn.
    http.keepAliveTimeout = 600_000;
    // Node's own default of 511 would make a storm of connects wait for TCP retransmissions instead of the server.
    http.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
    await once(http, 'listening');
    return { port: /** @type {import('node:net').AddressInfo} */ (http.address()).port };
  },

  connections: () => promisify(http.getConnections).call(http),

  /** Of a cluster. */
  servers: () => io.of('/').adapter.serverCount(),

  /** @param {{ room: string, event: string, count: number }} payload */
  emit({ room, event, count }) {
    for (let n = 0; n < count; n++) io.to(room).emit(event, LINE, { at: n });
  },
});
