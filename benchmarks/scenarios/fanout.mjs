import { playBroadcasts, prepareAudience } from '../load/broadcast.mjs';

/** The cost per recipient has to stay flat while the audience grows.
 * @type {import('../types.d.ts').Scenario<import('../load/broadcast.mjs').Audience>}
 */
export const scenario = {
  name: 'fanout',
  title: 'broadcast to a growing audience',
  op: 'recipient',
  method: 'cpu',
  handlers: ['broadcast'],
  variants: [
    { name: '300', connections: 300, warmup: 300, count: 400 },
    { name: '3000', connections: 3000, warmup: 30, count: 40 },
    { name: '10000', connections: 9900, warmup: 8, count: 20, goals: { cpu: 0.62 } },
  ],
  prepare: prepareAudience,
  work: playBroadcasts,
};
