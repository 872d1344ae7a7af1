// A chat room with state recovery, in a heap of its own size. Run on what is built.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { answering } from '../../../../test-kit/programs/answering.mjs';
import { Server } from '../../../dist/index.js';

const http = createServer();
const io = new Server(http, { pingInterval: 600_000, ...JSON.parse(process.argv[2] ?? '{}') });
let expired = 0;
io.on('recovery_expired', () => expired++);

/** @param {import('../../../dist/index.js').Socket} socket */
function serve(socket) {
  socket.on('say', (text, done) => {
    socket.nsp.emit('said', text);
    done();
  });
  socket.on('enter', (rooms, done) => {
    socket.join(rooms);
    done();
  });
  socket.on('remember', (value, done) => {
    socket.data.notes ??= [];
    socket.data.notes.push(value);
    done();
  });
  socket.on('disconnect', () => gone());
}
io.on('connection', serve);
io.of(/^\/tenant-/).on('connection', serve);

let left = 0;
let waiting = { count: 0, resolve: () => {} };
function gone() {
  if (++left === waiting.count) waiting.resolve();
}

answering({
  async start() {
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return /** @type {import('node:net').AddressInfo} */ (http.address()).port;
  },
  /** Resolves when so many clients have left since the start. @param {number} count */
  left(count) {
    if (left >= count) return undefined;
    return new Promise((resolve) => {
      waiting = { count, resolve: () => resolve(undefined) };
    });
  },
  state() {
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { held: heapUsed + external, rss, expired };
  },
});
