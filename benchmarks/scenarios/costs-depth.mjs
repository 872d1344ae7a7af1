import { frame } from '../load/frames.mjs';
import { isText, playPingPong, preparePingPong } from '../load/ping-pong.mjs';

const server = 'sio';
const ITEMS = 60;

/** Objects in a list in an object: what has to be walked through. */
const order = JSON.stringify(
  Array.from({ length: ITEMS }, (_, n) => ({ article: `article ${n}`, quantity: n, options: { express: true } })),
);

/**
 * The cost of the limit on depth for an event of 4 KB that consists of objects. Shorter ones than two characters for each level
 * allowed are not looked at; with a limit above what a message can reach, this one is not either.
 * @type {import('../types.d.ts').Scenario<import('../load/ping-pong.mjs').PingPong>}
 */
export const scenario = {
  name: 'costs-depth',
  title: 'event with 4 KB of objects and an acknowledgement',
  op: 'round trip',
  method: 'cpu',
  handlers: ['measure'],
  contestants: [
    { name: 'unchecked', title: 'depth not looked at', server, settings: { options: { maxDepth: 1_000_000 } } },
    { name: 'checked', title: 'depth checked, the default', server },
  ],
  variants: [{ name: '', connections: 50, warmup: 8000, count: 12_000 }],
  prepare: (context) => preparePingPong(context, frame(`4217["measure",${order}]`), isText(`4317[${ITEMS}]`)),
  async work(state, count) {
    await playPingPong(state, count);
    return { ops: count };
  },
};
