// One server of two on a Redis, of socket.io with its Redis adapter or of sio with @sio/cluster; driven by benchmarks/cluster.mjs.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createClient } from 'redis';
import { answer } from '../lib/answer.mjs';
import { LINE } from './handlers.mjs';

const http = createServer();
/** @type {any} */
let io;

/** @param {string} library @param {string} url of the Redis */
async function serverOf(library, url) {
  const client = createClient({ url });
  if (library === 'sio') {
    const { Server } = await import('@sio/core');
    const { cluster } = await import('@sio/cluster');
    const { redis } = await import('@sio/cluster/redis');
    return new Server(http, { adapter: cluster(redis(client)) });
  }
  const [{ Server }, { createAdapter }] = await Promise.all([import('socket.io'), import('@socket.io/redis-adapter')]);
  const sub = client.duplicate();
  await Promise.all([client.connect(), sub.connect()]);
  return new Server(http, { adapter: createAdapter(client, sub) });
}

answer({
  async start({ library, url }) {
    io = await serverOf(library, url);
    io.on('connection', (/** @type {any} */ socket) => {
      socket.on('join', async (/** @type {string} */ room, /** @type {() => void} */ done) => {
        await socket.join(room);
        done();
      });
    });
    await once(http.listen(0, '127.0.0.1'), 'listening');
    return /** @type {import('node:net').AddressInfo} */ (http.address()).port;
  },
  servers: () => io.of('/').adapter.serverCount(),
  emit({ room, event, count }) {
    for (let n = 0; n < count; n++) io.to(room).emit(event, LINE, { at: n });
  },
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
});
