import { frame } from '../load/frames.mjs';
import { isText, playPingPong, preparePingPong } from '../load/ping-pong.mjs';

/** @type {import('../types.d.ts').Scenario<import('../load/ping-pong.mjs').PingPong>} */
export const scenario = {
  name: 'echo',
  title: 'event with acknowledgement, ping-pong over 50 connections, warm',
  op: 'round trip',
  method: 'cpu',
  handlers: ['echo'],
  variants: [{ name: '', connections: 50, warmup: 40_000, count: 60_000, goals: { cpu: 0.7 } }],
  prepare: (context) =>
    preparePingPong(
      context,
      frame('4217["echo","hello, is anybody there?"]'),
      isText('4317["hello, is anybody there?"]'),
    ),
  async work(state, count) {
    await playPingPong(state, count);
    return { ops: count };
  },
};
