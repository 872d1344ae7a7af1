import { openClients } from '../load/pool.mjs';

/**
 * V8's space for young objects has its full size from the start, and the warm-up has filled it. Otherwise it grows while
 * connections arrive, with the garbage of their arrival and not with what they keep: see `idle-fresh.mjs`. The warm-up
 * connections stay, so that the pages they touched cannot be given to those that are counted.
 */
const settled = { connections: 0, warmup: 3000, count: 3000, nodeOptions: ['--min-semi-space-size=16'] };

/** @type {import('../types.d.ts').Scenario<import('../load/websocket.mjs').WebSocketClient[]>} */
export const scenario = {
  name: 'idle',
  title: 'memory of an idle connection',
  op: 'connection',
  method: 'memory',
  slices: 1,
  handlers: ['echo'],
  variants: [
    { ...settled, name: 'request kept', goals: { rss: 0.44, heap: 0.3 } },
    { ...settled, name: 'request let go', goals: { rss: 0.3, heap: 0.2 }, settings: { releaseRequest: true } },
  ],
  prepare: async () => [],
  async work(clients, count, { port }) {
    clients.push(...(await openClients(port, count)));
    return { ops: count };
  },
};
