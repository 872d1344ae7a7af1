import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playRound, rotated } from './round.mjs';
import { Unavailable } from './session.mjs';

/**
 * @typedef {object} Plan
 * @property {import('../types.d.ts').Peer[]} peers
 * @property {boolean} chosen they were named by the user, who wants all of them everywhere
 * @property {import('../types.d.ts').Scenario[]} scenarios
 * @property {number} rounds
 * @property {number} scale factor for the number of operations
 * @property {boolean} profile
 * @property {(text: string) => void} say progress
 * @property {(rows: import('../types.d.ts').RowResult[], unavailable: Record<string, string>) => void} keep what is measured
 */

/**
 * Measures every row, round after round, each round with all servers and another one of them first.
 * @param {Plan} plan
 * @returns {Promise<{ rows: import('../types.d.ts').RowResult[], unavailable: Record<string, string> }>}
 */
export async function runRounds(plan) {
  /** @type {Record<string, string>} */
  const unavailable = {};
  const rows = [];
  for (const scenario of plan.scenarios) {
    const measured = [];
    for (const variant of scenario.variants) measured.push(await measureRow(plan, scenario, variant, unavailable));
    rows.push(...measured);
    plan.keep(measured, unavailable);
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
  const usual = plan.chosen || variant.goals ? plan.peers : plan.peers.filter((peer) => peer.always);
  const contestants = scenario.contestants ?? usual;
  const row = newRow(scenario, variant, contestants);
  const rounds = Math.min(plan.rounds, scenario.maxRounds ?? plan.rounds);
  for (let round = 0; round < rounds; round++) {
    const peers = rotated(contestants, round).filter(({ name }) => !unavailable[name] && !row.failures[name]);
    plan.say(`${scenario.name}${variant.name && ` (${variant.name})`}, round ${round + 1} of ${rounds}`);
    const profiled = plan.profile && round === 0;
    const outcome = await playRound({
      scenario,
      variant: scale(variant, plan.scale),
      peers,
      profileFor: (peer) => (profiled ? profilePath(scenario, variant, peer) : undefined),
    });
    for (const [name, figures] of outcome) note(row, unavailable, name, figures);
  }
  return row;
}

/**
 * @param {import('../types.d.ts').RowResult} row
 * @param {Record<string, string>} unavailable
 * @param {string} peer
 * @param {import('../types.d.ts').Figures | Error} figures
 */
function note(row, unavailable, peer, figures) {
  if (figures instanceof Unavailable) {
    unavailable[peer] = figures.message;
  } else if (figures instanceof Error) {
    row.failures[peer] = figures.message;
  } else {
    row.rounds[peer] ??= [];
    row.rounds[peer].push(figures);
  }
}

/**
 * @param {import('../types.d.ts').Scenario} scenario
 * @param {import('../types.d.ts').Variant} variant
 * @param {import('../types.d.ts').Peer[]} peers
 * @returns {import('../types.d.ts').RowResult}
 */
function newRow(scenario, variant, peers) {
  const { name, title, op, method, versusSum } = scenario;
  return {
    scenario: name,
    variant: variant.name,
    title,
    op,
    method,
    goals: variant.goals ?? {},
    peers: peers.map(({ name, title }) => ({ name, title })),
    versusSum,
    rounds: {},
    failures: {},
  };
}

/** @param {import('../types.d.ts').Variant} variant @param {number} factor */
function scale(variant, factor) {
  const scaled = (/** @type {number} */ count) => Math.max(1, Math.round(count * factor));
  return { ...variant, warmup: scaled(variant.warmup), count: scaled(variant.count) };
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
