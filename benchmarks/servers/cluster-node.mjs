// One server of two on a Redis, of socket.io with its Redis adapter or of sio with @sio/cluster; driven by benchmarks/cluster.mjs.
import { createServer } from 'node:http';
import { createClient } from 'redis';

const [library, url] = /** @type {[string, string]} */ (process.argv.slice(2));
const http = createServer();
const io = await start();

async function start() {
  const client = createClient({ url });
  if (library === 'sio') {
    const [{ Server }, { cluster }, { redis }] = await Promise.all([
      import('@sio/core'),
      import('@sio/cluster'),
      import('@sio/cluster/redis'),
    ]);
    return new Server(http, { adapter: cluster(redis(client)) });
  }
  const [{ Server }, { createAdapter }] = await Promise.all([import('socket.io'), import('@socket.io/redis-adapter')]);
  const sub = client.duplicate();
  await Promise.all([client.connect(), sub.connect()]);
  return new Server(http, { adapter: createAdapter(client, sub) });
}

io.on('connection', (/** @type {any} */ socket) => {
  socket.on('join', (/** @type {string} */ room, /** @type {() => void} */ done) => {
    void Promise.resolve(socket.join(room)).then(() => done());
  });
});

/** @type {Record<string, (argument: any) => unknown>} */
const commands = {
  servers: () => io.of('/').adapter.serverCount(),
  emit({ room, event, count }) {
    for (let n = 0; n < count; n++) io.to(room).emit(event, 'The quick brown fox jumps over the lazy dog', { at: n });
  },
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};
process.on('message', async (/** @type {{ id: number, name: string, argument: unknown }} */ { id, name, argument }) => {
  process.send?.({ id, value: await commands[name]?.(argument) });
});
process.on('disconnect', () => process.exit());
http.listen(0, '127.0.0.1', () => {
  process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (http.address()).port });
});
