import { frame } from '../load/frames.mjs';
import { isText, playPingPong, preparePingPong } from '../load/ping-pong.mjs';

const server = 'sio-class';

/**
 * What options and declarations add to an event with acknowledgement.
 * @type {import('../types.d.ts').Scenario<import('../load/ping-pong.mjs').PingPong>}
 */
export const scenario = {
  name: 'costs-event',
  title: 'event with acknowledgement to a class',
  op: 'round trip',
  method: 'cpu',
  handlers: ['order:trusting'],
  contestants: [
    { name: 'plain', title: 'nothing more', server },
    { name: 'acl', title: 'an ACL', server, settings: { handlers: ['order:listed'] } },
    { name: 'schema', title: 'a schema', server, settings: { handlers: ['order:checked'] } },
    { name: 'acl-schema', title: 'both', server, settings: { handlers: ['order'] } },
    { name: 'recovery', title: 'recovery', server, settings: { recovery: true } },
    { name: 'deflate', title: 'permessage-deflate', server, settings: { deflate: true } },
  ],
  variants: [{ name: '', connections: 50, warmup: 20_000, count: 30_000 }],
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
