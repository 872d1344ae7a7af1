// A server that takes connections, and says what memory it takes. Run on what is built, with --expose-gc.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from '../../../dist/index.js';
import { answering } from './answering.mjs';

const http = createServer();
const io = new Server(http, JSON.parse(process.argv[2] ?? '{}'));

answering({
  async start() {
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return /** @type {import('node:net').AddressInfo} */ (http.address()).port;
  },
  state() {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    return { rss, heapUsed, clients: io.engine.clients.size, unjoined: io.engine.unjoined };
  },
});
