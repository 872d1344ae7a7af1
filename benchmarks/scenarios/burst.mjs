import { frame } from '../load/frames.mjs';
import { playPingPong, preparePingPong } from '../load/ping-pong.mjs';

const EMITS = 100;
const LAST = Buffer.from(`42["burst",${EMITS - 1},`);
const ANY = LAST.subarray(0, LAST.indexOf('9'));

/** A burst is over with its last message: frames of one connection arrive in order. */
const check = (/** @type {Buffer} */ bytes, /** @type {number} */ start, /** @type {number} */ end) => {
  if (bytes.compare(ANY, 0, ANY.length, start, Math.min(end, start + ANY.length)) !== 0) return -1;
  return bytes.compare(LAST, 0, LAST.length, start, Math.min(end, start + LAST.length)) === 0 ? 1 : 0;
};

/** @type {import('../types.d.ts').Scenario<import('../load/ping-pong.mjs').PingPong>} */
export const scenario = {
  name: 'burst',
  title: '100 emits in one handler, warm',
  op: 'message',
  method: 'cpu',
  handlers: ['burst'],
  variants: [{ name: '', connections: 20, warmup: 1500, count: 3000, goals: { cpu: 0.11 } }],
  prepare: (context) => preparePingPong(context, frame(`42["burst",${EMITS}]`), check),
  async work(state, count) {
    await playPingPong(state, count);
    return { ops: count * EMITS };
  },
};
