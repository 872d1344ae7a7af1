import { setTimeout as wait } from 'node:timers/promises';
import { Child } from './child.mjs';

const SERVER = new URL('../servers/host.mjs', import.meta.url);
const LOAD = new URL('../load/host.mjs', import.meta.url);

/** @type {import('../types.d.ts').ServerSettings} */
const DEFAULTS = { handlers: [], releaseRequest: false, maxPayload: 1_000_000 };

/** The server cannot be loaded here: it is left out of the comparison. */
export class Unavailable extends Error {}

/**
 * @typedef {object} Job
 * @property {import('../types.d.ts').Peer} peer
 * @property {import('../types.d.ts').Scenario} scenario
 * @property {import('../types.d.ts').Variant} variant
 * @property {string | undefined} profile path for a CPU profile of the measured window
 */

/** @typedef {(job: Job, server: Child, load: Child) => Promise<import('../types.d.ts').Figures>} MeasureWindow */

/**
 * One round of one server: two fresh processes, warm-up, one window.
 * @param {Job} job
 * @returns {Promise<import('../types.d.ts').Figures>}
 * @throws {Unavailable} if the server's module cannot be loaded
 */
export async function measure(job) {
  const { peer, scenario, variant } = job;
  const server = new Child(SERVER, ['--expose-gc']);
  const load = new Child(LOAD);
  try {
    const settings = { ...DEFAULTS, ...variant.settings, handlers: scenario.handlers };
    const { port, unavailable } = await server.ask('start', { server: peer.name, settings });
    if (unavailable) throw new Unavailable(unavailable);
    await load.ask('prepare', { scenario: scenario.name, port, variant });
    return await methods[scenario.method](job, server, load);
  } finally {
    await Promise.all([load.stop(), server.stop()]);
  }
}

/** @type {Record<import('../types.d.ts').Method, MeasureWindow>} */
const methods = { cpu: measureCpu, memory: measureMemory, growth: measureGrowth, delay: measureDelay };

/** CPU time of the server process, all its threads, per operation. @type {MeasureWindow} */
async function measureCpu({ variant, profile }, server, load) {
  await load.ask('work', { count: variant.warmup });
  await server.ask('mark', { profile: profile !== undefined });
  const work = await load.ask('work', { count: variant.count });
  const used = await server.ask('read', { profile });
  return {
    cpu: (used.user + used.system) / work.ops,
    ...work.seen,
    'user µs': used.user / work.ops,
    'system µs': used.system / work.ops,
    'load µs': work.cpu / work.ops,
    'server busy': (used.user + used.system) / 1000 / used.wall,
  };
}

/** Memory that each of the counted connections added to a server that has seen some before. @type {MeasureWindow} */
async function measureMemory({ variant }, server, load) {
  await load.ask('work', { count: variant.warmup });
  const before = await server.ask('memory');
  const { ops } = await load.ask('work', { count: variant.count });
  const after = await server.ask('memory');
  return {
    rss: (after.rss - before.rss) / ops,
    heap: (after.heapUsed - before.heapUsed) / ops,
    external: (after.external - before.external) / ops,
  };
}

/** Heap that is still in use after connections have gone. @type {MeasureWindow} */
async function measureGrowth({ variant }, server, load) {
  await load.ask('work', { count: variant.warmup });
  await allGone(server);
  const before = await server.ask('memory');
  const { ops } = await load.ask('work', { count: variant.count });
  await allGone(server);
  const after = await server.ask('memory');
  return {
    'heap before': before.heapUsed,
    'heap after': after.heapUsed,
    'growth per connection': (after.heapUsed - before.heapUsed) / ops,
  };
}

/** How late the server's event loop runs, and what clients notice of it. @type {MeasureWindow} */
async function measureDelay({ variant }, server, load) {
  await load.ask('work', { count: variant.warmup });
  await server.ask('watchDelay');
  const work = await load.ask('work', { count: variant.count });
  const delay = await server.ask('readDelay');
  return { 'delay p50 ms': delay.p50, 'delay p99 ms': delay.p99, ...work.seen };
}

/** @param {Child} server */
async function allGone(server) {
  for (let i = 0; i < 300; i++) {
    if ((await server.ask('connections')) === 0) return;
    await wait(100);
  }
  throw new Error('connections are still open 30 s after their clients have gone');
}
