import { openClients } from '../load/pool.mjs';

/** The warm-up connections stay, so that the pages they touched cannot be given to those that are counted.
 * @type {import('../types.d.ts').Scenario<import('../load/websocket.mjs').WebSocketClient[]>}
 */
export const scenario = {
  name: 'idle',
  title: 'memory of an idle connection',
  op: 'connection',
  method: 'memory',
  slices: 1,
  handlers: ['echo'],
  variants: [
    { name: 'request kept', connections: 0, warmup: 100, count: 3000, goals: { rss: 0.58, heap: 0.46 } },
    {
      name: 'request let go',
      connections: 0,
      warmup: 100,
      count: 3000,
      goals: { rss: 0.48, heap: 0.35 },
      settings: { releaseRequest: true },
    },
  ],
  prepare: async () => [],
  async work(clients, count, { port }) {
    clients.push(...(await openClients(port, count)));
    return { ops: count };
  },
};
