import { frame } from '../load/frames.mjs';
import { isText, playPingPong, preparePingPong } from '../load/ping-pong.mjs';

const server = 'sio-class';

/** A rate that no client of a benchmark reaches. */
const plenty = { burst: 1e9, perSecond: 1e9 };

/**
 * @param {string} name
 * @param {string} title
 * @param {Partial<import('../types.d.ts').ServerSettings>} [settings]
 * @returns {import('../types.d.ts').Peer}
 */
const setting = (name, title, settings = {}) => ({ name, title, server, settings });

/**
 * The cost that options and declarations add to an event with acknowledgement.
 * @type {import('../types.d.ts').Scenario<import('../load/ping-pong.mjs').PingPong>}
 */
export const scenario = {
  name: 'costs-event',
  title: 'event with acknowledgement to a class',
  op: 'round trip',
  method: 'cpu',
  handlers: ['order:trusting'],
  contestants: [
    setting('plain', 'nothing more'),
    { name: 'function', title: 'function style instead', server: 'sio' },
    setting('acl', 'an ACL', { handlers: ['order:listed'] }),
    setting('schema', 'a schema', { handlers: ['order:checked'] }),
    setting('acl-schema', 'an ACL and a schema', { handlers: ['order'] }),
    setting('answer-schema', 'a schema, and one for the answer', { handlers: ['order:answered'] }),
    setting('rate', 'a rate for the connection', { options: { rateLimits: { connection: plenty } } }),
    setting('event-rate', 'a rate for the event', { handlers: ['order:limited'] }),
    setting('watched', 'subscribers to all diagnostics channels', { watched: true }),
    setting('stopped', 'Prometheus and OpenTelemetry, begun and stopped: no subscriber', { observers: 'stopped' }),
    setting('prometheus', 'metrics for Prometheus', { observers: 'prometheus' }),
    setting('opentelemetry', 'spans and metrics for OpenTelemetry', { observers: 'opentelemetry' }),
    setting('traced', 'an AsyncLocalStorage', { traced: true }),
    setting('recovery', 'recovery', { recovery: true }),
    setting('deflate', 'permessage-deflate', { deflate: true }),
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
