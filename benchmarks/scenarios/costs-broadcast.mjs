import { playBroadcasts, prepareAudience } from '../load/broadcast.mjs';

const server = 'sio-class';

/**
 * The cost that options add to a broadcast. With compression each recipient's copy is compressed for itself: its context is its own.
 * @type {import('../types.d.ts').Scenario<import('../load/broadcast.mjs').Audience>}
 */
export const scenario = {
  name: 'costs-broadcast',
  title: 'broadcast to 100',
  op: 'recipient',
  method: 'cpu',
  handlers: ['broadcast'],
  contestants: [
    { name: 'plain', title: 'nothing more', server },
    { name: 'emits', title: 'a schema for what goes out', server, settings: { handlers: ['broadcast:checked'] } },
    { name: 'recovery', title: 'recovery', server, settings: { recovery: true } },
    { name: 'deflate', title: 'permessage-deflate', server, settings: { deflate: true } },
  ],
  variants: [
    { name: '50 B', connections: 100, warmup: 300, count: 600 },
    { name: '2 KiB', size: 2048, connections: 100, warmup: 100, count: 200 },
  ],
  prepare: prepareAudience,
  work: playBroadcasts,
};
