import { playBroadcasts, prepareAudience } from '../load/broadcast.mjs';

/** @type {import('../types.d.ts').Scenario<import('../load/broadcast.mjs').Audience>} */
export const scenario = {
  name: 'broadcast300',
  title: 'broadcast to 300, warm',
  op: 'recipient',
  method: 'cpu',
  handlers: ['broadcast'],
  variants: [{ name: '', connections: 300, warmup: 400, count: 1000, goals: { cpu: 0.68 } }],
  prepare: prepareAudience,
  work: playBroadcasts,
};
