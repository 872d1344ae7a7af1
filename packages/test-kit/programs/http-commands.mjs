// Commands of a program that serves HTTP: to start it, and to learn what memory it takes and what it has read.
import { once } from 'node:events';

/** @param {import('node:http').Server} http */
export function httpCommands(http) {
  /** @type {import('node:net').Socket[]} */
  const sockets = [];
  http.on('connection', (socket) => sockets.push(socket));
  return {
    /** @returns {Promise<number>} the port */
    async start() {
      if (!http.listening) http.listen(0, '127.0.0.1');
      if (!http.listening) await once(http, 'listening');
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
    /** Bytes that have come over TCP. */
    read: () => sockets.reduce((bytes, socket) => bytes + socket.bytesRead, 0),
  };
}
