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
 * @property {number} minutes after which no further round begins; Infinity for no limit
 * @property {number} scale factor for the number of operations
 * @property {boolean} profile
 * @property {(text: string) => void} say progress
 * @property {(rows: import('../types.d.ts').RowResult[], unavailable: Record<string, string>) => void} keep what is measured
 */

/** @typedef {{ scenario: import('../types.d.ts').Scenario, variant: import('../types.d.ts').Variant, row: import('../types.d.ts').RowResult }} Work */

/** Rounds that there are at least, however little time there is. */
const FEWEST = 2;

/**
 * Measures every row, round after round, each round with all servers and another one of them first. Where time is limited, a round plays
 * all rows, so that all of them have the same number of rounds when it is over.
 * @param {Plan} plan
 * @returns {Promise<{ rows: import('../types.d.ts').RowResult[], unavailable: Record<string, string> }>}
 */
export async function runRounds(plan) {
  /** @type {Record<string, string>} */
  const unavailable = {};
  const rows = [];
  const limited = Number.isFinite(plan.minutes);
  for (const scenarios of limited ? [plan.scenarios] : plan.scenarios.map((scenario) => [scenario])) {
    const works = scenarios.flatMap((scenario) =>
      scenario.variants.map((variant) => ({
        scenario,
        variant,
        row: newRow(scenario, variant, peersOf(plan, scenario, variant)),
      })),
    );
    const began = performance.now();
    for (let round = 0; round < plan.rounds; round++) {
      const minutes = (performance.now() - began) / 60_000;
      if (round >= FEWEST && minutes + minutes / round > plan.minutes) break;
      for (const work of works) await playOne(plan, work, round, unavailable);
    }
    const measured = works.map(({ row }) => row);
    rows.push(...measured);
    plan.keep(measured, unavailable);
  }
  return { rows, unavailable };
}

/** @param {Plan} plan @param {import('../types.d.ts').Scenario} scenario @param {import('../types.d.ts').Variant} variant */
function peersOf({ chosen, peers }, { contestants }, { goals }) {
  return contestants ?? (chosen || goals ? peers : peers.filter((peer) => peer.always));
}

/**
 * @param {Plan} plan
 * @param {Work} work
 * @param {number} round
 * @param {Record<string, string>} unavailable is added to
 */
async function playOne(plan, { scenario, variant, row }, round, unavailable) {
  const rounds = Math.min(plan.rounds, scenario.maxRounds ?? plan.rounds);
  if (round >= rounds) return;
  const peers = rotated(peersOf(plan, scenario, variant), round);
  plan.say(`${scenario.name}${variant.name && ` (${variant.name})`}, round ${round + 1} of ${rounds}`);
  const profiled = plan.profile && round === 0;
  const outcome = await playRound({
    scenario,
    variant: scale(variant, plan.scale),
    peers: peers.filter(({ name }) => !unavailable[name] && !row.failures[name]),
    profileFor: (peer) => (profiled ? profilePath(scenario, variant, peer) : undefined),
  });
  for (const [name, figures] of outcome) note(row, unavailable, name, figures);
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
