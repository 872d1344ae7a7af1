import { percentile } from '../lib/statistics.mjs';
import { closeClients } from '../load/pool.mjs';
import { WebSocketClient } from '../load/websocket.mjs';

/** Everybody comes at once, as after a restart of the server.
 * @type {import('../types.d.ts').Scenario<WebSocketClient[]>}
 */
export const scenario = {
  name: 'storm',
  title: '5 000 clients that connect at the same moment',
  op: 'connection',
  method: 'cpu',
  slices: 1,
  handlers: ['echo'],
  variants: [{ name: '', connections: 0, warmup: 2000, count: 5000 }],
  prepare: async () => [],
  async work(clients, count, { port }) {
    const began = performance.now();
    const waits = await Promise.all(
      Array.from({ length: count }, async () => {
        const client = new WebSocketClient(port, () => {});
        clients.push(client);
        await client.joined;
        return performance.now() - began;
      }),
    );
    return {
      ops: count,
      seen: { 'p50 ms until connected': percentile(waits, 0.5), 'p99 ms until connected': percentile(waits, 0.99) },
    };
  },
  reset: (clients) => closeClients(clients.splice(0)),
};
