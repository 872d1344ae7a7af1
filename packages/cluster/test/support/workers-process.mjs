// A primary with two workers on one port, and a port of its own for each, so that a test can choose. Driven over the channel to the test.
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { cluster as clustered } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { setupPrimary, workers } from '@sio/cluster/workers';
import { Server } from '@sio/core';
import { createClient } from 'redis';

const [broker = ''] = process.argv.slice(2);
const COUNT = 2;

const portOf = async (/** @type {import('node:http').Server} */ http, exclusive = true, port = 0) => {
  http.listen({ port, host: '127.0.0.1', exclusive });
  await once(http, 'listening');
  return /** @type {import('node:net').AddressInfo} */ (http.address()).port;
};

if (cluster.isPrimary) {
  setupPrimary();
  const shared = await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
  const children = Array.from({ length: COUNT }, () => cluster.fork({ SHARED: String(shared) }));
  const ports = await Promise.all(
    children.map(
      (worker) =>
        new Promise((resolve) => {
          worker.on('message', (message) => {
            if (message.port !== undefined) resolve(message.port);
            else if (message.answer !== undefined) process.send?.(message.answer);
          });
        }),
    ),
  );
  process.on('message', (/** @type {{ id: number, name: string, argument: number }} */ message) => {
    const { id, name, argument } = message;
    if (name === 'kill') {
      children[argument]?.process.kill('SIGKILL');
      process.send?.({ id });
    } else children[argument]?.send(message);
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ shared, ports });
} else {
  const http = createServer();
  const own = createServer();
  const engine = broker === '' ? workers() : redis(createClient({ url: broker }));
  const forward = broker === '' ? 'broker' : workers();
  const io = new Server(http, { allowEIO3: true, adapter: clustered(engine, { prefix: 'workers', forward }) });
  io.attach(own);
  io.on('connection', (socket) => {
    void socket.join('everybody');
    socket.on('echo', (value, done) => done(value));
    socket.on('settle', (done) => done('done'));
    socket.on('say', (value) => io.to('everybody').emit('said', value));
  });
  const view = /** @type {NonNullable<typeof io.cluster>} */ (io.cluster);
  const knows = async (/** @type {number} */ others) => {
    while (view.nodes.length !== others || view.state !== 'up') {
      await new Promise((resolve) => {
        view.on('joined', resolve);
        view.on('left', resolve);
        view.on('state', resolve);
      });
    }
  };
  await portOf(http, false, Number(process.env.SHARED));
  const port = await portOf(own);
  await knows(COUNT - 1);
  process.on('message', async (/** @type {{ id?: number, name?: string }} */ { id, name }) => {
    // The cluster's own messages have no name.
    if (id === undefined || name === undefined) return;
    if (name === 'alone') await knows(COUNT - 2);
    const value = name === 'drain' ? await io.drain({ deadline: 30_000, jitter: 0 }) : io.engine.clientsCount;
    process.send?.({ answer: { id, value } });
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ port });
}
