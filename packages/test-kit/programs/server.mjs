// A server on what is built, for `childServer`: node server.mjs <options as JSON> <URL of a setup module>
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from '@sio/core';
import { answering } from './answering.mjs';

const http = createServer();
const io = new Server(http, JSON.parse(process.argv[2] ?? '{}'));
const setup = process.argv[3] ? (await import(process.argv[3])).default : echo;

/** @param {import('@sio/core').Server} server */
function echo(server) {
  server.on('connection', (socket) => {
    socket.on('echo', (/** @type {unknown} */ value, /** @type {unknown} */ answer) => {
      if (typeof answer === 'function') answer(value);
      else socket.emit('echo', value);
    });
  });
}

answering({
  async start() {
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return /** @type {import('node:net').AddressInfo} */ (http.address()).port;
  },
  async memory() {
    for (let turns = 0; turns < 5; turns++) {
      globalThis.gc?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { rss, peakRss: process.resourceUsage().maxRSS * 1024, held: heapUsed + external };
  },
  ...(await setup(io, http)),
});
