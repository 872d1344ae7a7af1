import { answer } from '../lib/answer.mjs';
import { loadScenario } from '../scenarios/index.mjs';
import { onUnexpectedEnd } from './websocket.mjs';

/** @type {import('../types.d.ts').Scenario} */
let scenario;
/** @type {import('../types.d.ts').LoadContext} */
let context;
/** @type {unknown} */
let state;
/** @type {Promise<never>} */
const lost = new Promise((_, reject) => onUnexpectedEnd(reject));
lost.catch(() => {});

answer({
  /** @param {{ scenario: string } & import('../types.d.ts').LoadContext} payload */
  async prepare(payload) {
    scenario = await loadScenario(payload.scenario);
    context = payload;
    state = await Promise.race([scenario.prepare(context), lost]);
  },

  /** @param {{ count: number }} payload */
  async work({ count }) {
    const cpu = process.cpuUsage();
    const began = performance.now();
    const work = await Promise.race([scenario.work(state, count, context), lost]);
    const wall = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    return { ...work, wall, cpu: user + system };
  },

  async reset() {
    await scenario.reset?.(state);
  },
});
