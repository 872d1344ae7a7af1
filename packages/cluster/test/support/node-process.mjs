// A server of a cluster in a process of its own, which a test may kill. Driven over the channel to the test.
import { createServer } from 'node:http';
import { cluster } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { Server } from '@sio/core';
import { createClient } from 'redis';

const [broker, name, prefix] = /** @type {[string, string, string]} */ (process.argv.slice(2));
const http = createServer();
const address = () => /** @type {import('node:net').AddressInfo} */ (http.address()).port;
const io = new Server(http, {
  allowEIO3: true,
  adapter: cluster(redis(createClient({ url: broker })), { name, prefix, url: () => `http://127.0.0.1:${address()}` }),
});
io.on('connection', (socket) => {
  void socket.join('everybody');
  socket.on('echo', (value, done) => done(value));
  socket.on('node', (done) => done(name));
  socket.on('say', (value) => io.to('everybody').emit('said', value));
});

const own = /** @type {NonNullable<typeof io.cluster>} */ (io.cluster);

/** @param {'joined' | 'left'} event @param {() => boolean} condition */
const until = async (event, condition) => {
  while (!condition()) await new Promise((resolve) => own.on(event, resolve));
};

/** @type {Record<string, (argument: any) => unknown>} */
const commands = {
  joined: (count) => until('joined', () => own.nodes.length >= count),
  left: (count) => until('left', () => own.nodes.length <= count),
  emit: ([event, ...args]) => io.emit(event, ...args),
  reachable: async () => {
    const { sockets, silent } = await io.fetchSockets({ partial: true });
    return { sockets: sockets.length, silent };
  },
  clients: () => io.engine.clientsCount,
};
process.on(
  'message',
  async (/** @type {{ id: number, name: string, argument: unknown }} */ { id, name: call, argument }) => {
    try {
      process.send?.({ id, value: await commands[call]?.(argument) });
    } catch (error) {
      process.send?.({ id, error: String(error) });
    }
  },
);
process.on('disconnect', () => process.exit());
http.listen(0, '127.0.0.1', () => process.send?.({ port: address() }));
