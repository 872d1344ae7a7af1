import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { measure, Unavailable } from './measure.mjs';

/**
 * @typedef {object} Plan
 * @property {import('../types.d.ts').Peer[]} peers
 * @property {import('../types.d.ts').Scenario[]} scenarios
 * @property {number} rounds
 * @property {number} scale factor for the number of operations
 * @property {boolean} profile
 * @property {(text: string) => void} say progress
 */

/**
 * Measures every row: round after round, each round with all servers one after the other, starting with another one
 * each time.
 * @param {Plan} plan
 * @returns {Promise<{ rows: import('../types.d.ts').RowResult[], unavailable: Record<string, string> }>}
 */
export async function runRounds(plan) {
  /** @type {Record<string, string>} */
  const unavailable = {};
  const rows = [];
  for (const scenario of plan.scenarios) {
    for (const variant of scenario.variants) rows.push(await measureRow(plan, scenario, variant, unavailable));
  }
  return { rows, unavailable };
}

/**
 * @param {Plan} plan
 * @param {import('../types.d.ts').Scenario} scenario
 * @param {import('../types.d.ts').Variant} variant
 * @param {Record<string, string>} unavailable is added to
 */
async function measureRow(plan, scenario, variant, unavailable) {
  const row = newRow(scenario, variant);
  const scaled = scale(variant, plan.scale);
  const rounds = Math.min(plan.rounds, scenario.maxRounds ?? plan.rounds);
  for (let round = 0; round < rounds; round++) {
    for (const peer of rotated(plan.peers, round)) {
      if (unavailable[peer.name] || row.failures[peer.name]) continue;
      plan.say(`${scenario.name}${variant.name && ` (${variant.name})`}, round ${round + 1}/${rounds}: ${peer.title}`);
      const profile = plan.profile && round === 0 ? profilePath(scenario, variant, peer) : undefined;
      try {
        const figures = await measure({ peer, scenario, variant: scaled, profile });
        row.rounds[peer.name] ??= [];
        row.rounds[peer.name].push(figures);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        (error instanceof Unavailable ? unavailable : row.failures)[peer.name] = message;
      }
    }
  }
  return row;
}

/**
 * @param {import('../types.d.ts').Scenario} scenario
 * @param {import('../types.d.ts').Variant} variant
 * @returns {import('../types.d.ts').RowResult}
 */
function newRow(scenario, variant) {
  const { name, title, op, method } = scenario;
  return {
    scenario: name,
    variant: variant.name,
    title,
    op,
    method,
    goals: variant.goals ?? {},
    rounds: {},
    failures: {},
  };
}

/**
 * @param {import('../types.d.ts').Variant} variant
 * @param {number} factor
 */
function scale(variant, factor) {
  const scaled = (/** @type {number} */ count) => Math.max(1, Math.round(count * factor));
  return { ...variant, warmup: scaled(variant.warmup), count: scaled(variant.count) };
}

/**
 * @template T
 * @param {T[]} items
 * @param {number} by
 */
function rotated(items, by) {
  return items.map((_, index) => items[(index + by) % items.length]);
}

/**
 * @param {import('../types.d.ts').Scenario} scenario
 * @param {import('../types.d.ts').Variant} variant
 * @param {import('../types.d.ts').Peer} peer
 */
function profilePath(scenario, variant, peer) {
  const folder = fileURLToPath(new URL('../results/profiles/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const row = `${scenario.name}${variant.name && `-${variant.name}`}`.replaceAll(/\W+/g, '-');
  return `${folder}${row}-${peer.name}.cpuprofile`;
}
