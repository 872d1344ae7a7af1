import { times } from '../load/pool.mjs';
import { WebSocketClient } from '../load/websocket.mjs';

/** Connections come and go, half of them politely and half by a reset; afterwards nothing of them may be left.
 * @type {import('../types.d.ts').Scenario<null>}
 */
export const scenario = {
  name: 'churn',
  title: 'heap left behind by 50 000 connections that came and went',
  op: 'connection',
  method: 'growth',
  handlers: ['echo'],
  maxRounds: 3,
  variants: [{ name: '', connections: 0, warmup: 5000, count: 50_000 }],
  prepare: async () => null,
  async work(_state, count, { port }) {
    await times(count, async (index) => {
      const client = new WebSocketClient(port, () => {});
      await client.joined;
      const gone = client.gone;
      if (index % 2) client.close();
      else client.reset();
      await gone;
    });
    return { ops: count };
  },
};
