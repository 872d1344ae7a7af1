import { frame } from '../load/frames.mjs';
import { listeners } from '../load/listeners.mjs';
import { times } from '../load/pool.mjs';
import { Tally } from '../load/tally.mjs';
import { WebSocketClient } from '../load/websocket.mjs';

const REQUEST = frame('42["broadcast","The quick brown fox jumps over the lazy dog"]');
const server = 'sio';
const sorts = [...listeners.keys()];

/** @typedef {{ speaker: WebSocketClient, tally: Tally, audience: number }} Hall */

/**
 * Clients of every protocol version, half of them on WebSockets and half on long-polling, in one namespace; compared with servers
 * and each has one sort of clients.
 * @type {import('../types.d.ts').Scenario<Hall>}
 */
export const scenario = {
  name: 'mixed',
  title: 'broadcast to 50 clients of each sort',
  op: 'broadcast',
  method: 'cpu',
  handlers: ['broadcast'],
  contestants: [
    { name: 'together', title: 'all 300 on one server', server, load: { kinds: sorts } },
    ...sorts.map((sort) => ({ name: sort, title: `only ${sort}`, server, load: { kinds: [sort] } })),
  ],
  versusSum: 'together',
  variants: [{ name: '', connections: 50, warmup: 120, count: 150 }],
  async prepare({ port, variant }) {
    const tally = new Tally();
    const onNews = () => tally.received();
    const speaker = new WebSocketClient(port, () => tally.received());
    await speaker.joined;
    for (const kind of variant.kinds ?? sorts) {
      const join = /** @type {import('../load/listeners.mjs').Join} */ (listeners.get(kind));
      await times(variant.connections, async () => void (await join(port, onNews)));
    }
    return { speaker, tally, audience: variant.connections * (variant.kinds ?? sorts).length + 1 };
  },
  async work({ speaker, tally, audience }, count) {
    for (let i = 0; i < count; i++) {
      const all = tally.expect(0, audience);
      speaker.send(REQUEST);
      await all;
    }
    return { ops: count };
  },
};
