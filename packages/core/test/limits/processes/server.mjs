// A server that broadcasts when it is told to, and says what memory it takes. Run on what is built, with --expose-gc.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { answering } from '../../../../test-kit/programs/answering.mjs';
import { Server } from '../../../dist/index.js';

const http = createServer();
const io = new Server(http, JSON.parse(process.argv[2] ?? '{}'));
io.on('connection', (socket) => {
  if (socket.handshake.query.files === 'yes') socket.join('files');
});

const turn = () => new Promise((resolve) => setImmediate(resolve));
let round = 0;
let drained = false;

answering({
  async start() {
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return /** @type {import('node:net').AddressInfo} */ (http.address()).port;
  },
  /** @param {number} fileLength */
  broadcast(fileLength) {
    round++;
    io.to('files').emit('file', Buffer.alloc(fileLength, round));
    io.emit('news', round, 'x'.repeat(1000));
  },
  /** Sends one client more than it takes, compressed or not. */
  async fill() {
    const socket = [...io.sockets.sockets.values()][0];
    for (let n = 0; n < 100; n++) {
      socket?.emit('fill', randomBytes(100_000).toString('hex'));
      await turn();
    }
    return socket?.bufferedBytes;
  },
  /** Begins to wait until everything is out to that client. */
  wait() {
    [...io.sockets.sockets.values()][0]?.drained().then(() => {
      drained = true;
    });
  },
  drained: () => drained,
  async state() {
    for (let turns = 0; turns < 5; turns++) {
      globalThis.gc?.();
      await turn();
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { held: heapUsed + external, rss, clients: io.engine.clientsCount, flow: io.engine.flow };
  },
});
