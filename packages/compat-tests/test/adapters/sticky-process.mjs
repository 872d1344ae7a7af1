// A primary that balances, with a worker for each library that is named.
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { createAdapter, setupPrimary } from '@socket.io/cluster-adapter';
import { setupMaster, setupWorker } from '@socket.io/sticky';

const libraries = process.argv.slice(2);

if (cluster.isPrimary) {
  cluster.setupPrimary({ serialization: 'advanced' });
  const http = createServer();
  setupMaster(http, { loadBalancingMethod: 'round-robin' });
  setupPrimary();
  let ready = 0;
  for (const index of libraries.keys()) {
    cluster.fork({ WORKER: String(index) }).on('message', (message) => {
      if (message !== 'ready' || ++ready < libraries.length) return;
      http.listen(0, '127.0.0.1', () => {
        process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (http.address()).port });
      });
    });
  }
  process.on('disconnect', () => process.exit());
} else {
  const index = Number(process.env.WORKER);
  const library = libraries[index] ?? 'socket.io';
  const { Server } = await import(library);
  const io = new Server(createServer(), { adapter: createAdapter(), allowEIO3: true });
  setupWorker(io);
  io.on('connection', (/** @type {import('socket.io').Socket} */ socket) => {
    void socket.join('everybody');
    socket.on('worker', (done) => done(`${index} ${library}`));
    socket.on('say', (...values) => io.to('everybody').emit('said', ...values));
  });
  process.on('disconnect', () => process.exit());
  // Broadcasts reach the others once the adapters know of each other.
  while ((await io.of('/').adapter.serverCount()) < libraries.length)
    await new Promise((resolve) => setTimeout(resolve, 5));
  process.send?.('ready');
}
