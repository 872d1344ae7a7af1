import { randomBytes } from 'node:crypto';
import { BINARY, frame } from '../load/frames.mjs';
import { playPingPong, preparePingPong } from '../load/ping-pong.mjs';

const bytes4k = randomBytes(4096);
const announcement = '451-["binary",{"_placeholder":true,"num":0}]';
const announced = Buffer.from(announcement);

/** @type {Parameters<typeof preparePingPong>[2]} */
const check = (bytes, start, end, opcode) => {
  const expected = opcode === BINARY ? bytes4k : announced;
  if (bytes.compare(expected, 0, expected.length, start, end) !== 0) return -1;
  return opcode === BINARY ? 1 : 0;
};

/** @type {import('../types.d.ts').Scenario<import('../load/ping-pong.mjs').PingPong>} */
export const scenario = {
  name: 'binary4k',
  title: '4 KiB binary echo, header and attachment written one after the other, warm',
  op: 'round trip',
  method: 'cpu',
  handlers: ['binary'],
  variants: [{ name: '', connections: 50, warmup: 15_000, count: 25_000, goals: { cpu: 0.62 } }],
  // As official clients send it: the two frames often arrive in two reads.
  prepare: (context) => preparePingPong(context, [frame(announcement), frame(bytes4k)], check),
  async work(state, count) {
    await playPingPong(state, count);
    return { ops: count };
  },
};

/** Both frames in one write. */
export const joined = {
  ...scenario,
  /** @type {typeof scenario.prepare} */
  prepare: (context) => preparePingPong(context, Buffer.concat([frame(announcement), frame(bytes4k)]), check),
};
