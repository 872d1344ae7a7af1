import { frame } from '../load/frames.mjs';
import { isText, playPingPong, preparePingPong } from '../load/ping-pong.mjs';

const settings = { maxPayload: 2_000_000 };

/** @type {import('../types.d.ts').Scenario<import('../load/ping-pong.mjs').PingPong>} */
export const scenario = {
  name: 'sizes',
  title: 'event with acknowledgement, by size of its text',
  op: 'round trip',
  method: 'cpu',
  handlers: ['echo'],
  variants: [
    { name: '10 B', size: 10, connections: 20, warmup: 20_000, count: 30_000, settings },
    { name: '1 KiB', size: 1024, connections: 20, warmup: 15_000, count: 25_000, settings },
    { name: '10 KiB', size: 10_240, connections: 20, warmup: 3000, count: 5000, settings },
    { name: '100 KiB', size: 102_400, connections: 10, warmup: 600, count: 1500, settings },
    { name: '1 MiB', size: 1_048_576, connections: 4, warmup: 60, count: 150, settings },
  ],
  prepare(context) {
    const text = 'abcdefghij'.repeat(Math.ceil((context.variant.size ?? 1) / 10)).slice(0, context.variant.size);
    return preparePingPong(context, frame(`421["echo","${text}"]`), isText(`431["${text}"]`));
  },
  async work(state, count) {
    await playPingPong(state, count);
    return { ops: count };
  },
};
