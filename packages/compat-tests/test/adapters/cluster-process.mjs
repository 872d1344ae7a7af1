// A primary with two workers, as applications that use the cluster adapter have; driven over the channel to the test.
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { createAdapter, setupPrimary } from '@socket.io/cluster-adapter';
import { commandsOf } from './commands.mjs';

const libraries = process.argv.slice(2);

if (cluster.isPrimary) {
  cluster.setupPrimary({ serialization: 'advanced' });
  setupPrimary();
  const workers = libraries.map((library) => cluster.fork({ LIBRARY: library }));
  for (const [index, worker] of workers.entries()) {
    worker.on('message', (message) => {
      if (message.source !== '_sio_adapter') process.send?.({ ...message, worker: index });
    });
  }
  process.on('message', (/** @type {{ worker: number }} */ message) => workers[message.worker]?.send(message));
  process.on('disconnect', () => process.exit());
} else {
  const { Server } = await import(process.env.LIBRARY ?? 'socket.io');
  const http = createServer();
  const io = new Server(http, { adapter: createAdapter(), allowEIO3: true });
  const commands = /** @type {Record<string, (...args: any[]) => unknown>} */ (commandsOf(io));
  process.on(
    'message',
    async (/** @type {{ call?: number; name: string; args: unknown[] }} */ { call, name, args }) => {
      if (call === undefined) return;
      try {
        process.send?.({ call, value: await commands[name]?.(...args) });
      } catch (error) {
        process.send?.({ call, error: String(error) });
      }
    },
  );
  // A port of its own for each worker, so that the test can choose.
  http.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (http.address());
    process.send?.({ url: `http://127.0.0.1:${port}` });
  });
  process.on('disconnect', () => process.exit());
}
