import { frame } from '../load/frames.mjs';
import { isText, playPingPong, preparePingPong } from '../load/ping-pong.mjs';

/**
 * The cost that production code adds to an echo: a schema for the arguments, and (with the class) a list of the allowed events.
 * @type {import('../types.d.ts').Scenario<import('../load/ping-pong.mjs').PingPong>}
 */
export const scenario = {
  name: 'guarded',
  title: 'event with acknowledgement behind a schema and a list of allowed methods, 50 connections',
  op: 'round trip',
  method: 'cpu',
  handlers: ['order'],
  variants: [{ name: '', connections: 50, warmup: 20_000, count: 40_000 }],
  prepare: (context) =>
    preparePingPong(
      context,
      frame('4217["order",{"article":"umbrella","quantity":3,"express":true}]'),
      isText('4317[3]'),
    ),
  async work(state, count) {
    await playPingPong(state, count);
    return { ops: count };
  },
};
