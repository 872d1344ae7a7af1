import { createMeasurement } from './methods/index.mjs';
import { Session } from './session.mjs';

/** The number of parts of a round's work, unless a scenario sets another one. */
const SLICES = 10;

/**
 * @typedef {object} Job
 * @property {import('../types.d.ts').Scenario} scenario
 * @property {import('../types.d.ts').Variant} variant
 * @property {import('../types.d.ts').Peer[]} peers in the order of this round
 * @property {(peer: import('../types.d.ts').Peer) => string | undefined} profileFor path for a CPU profile
 */

/** @typedef {{ peer: import('../types.d.ts').Peer, session: Session, measurement: import('./methods/index.mjs').Measurement }} Player */

/** @typedef {Map<string, import('../types.d.ts').Figures | Error>} Outcome by name of the server */

/**
 * One round: all servers in fresh processes, each warmed up; then they take turns at small slices of the work. A slow
 * moment of the machine hits neighbouring slices of all servers instead of the whole run of one.
 * @param {Job} job
 * @returns {Promise<Outcome>}
 */
export async function playRound(job) {
  /** @type {Outcome} */
  const outcome = new Map();
  /** @type {Player[]} */
  const players = job.peers.map((peer) => {
    const session = new Session(job.scenario, job.variant.nodeOptions);
    return { peer, session, measurement: createMeasurement(job.scenario.method, session, job.profileFor(peer)) };
  });
  try {
    if (job.scenario.method === 'memory')
      await eachInTurn(players, outcome, (player) => playAtOnce(job, player, outcome));
    else await playInTurns(job, players, outcome);
  } finally {
    await Promise.all(players.map(({ session }) => session.stop()));
  }
  return outcome;
}

/** @param {Job} job @param {Player[]} players @param {Outcome} outcome */
async function playInTurns(job, players, outcome) {
  await eachInTurn(players, outcome, ({ peer, session }) => warmUp(job, peer, session));
  await eachInTurn(players, outcome, ({ measurement }) => measurement.begin());
  await playSlices(job, players, outcome);
  await eachInTurn(players, outcome, async ({ peer, measurement }) => {
    outcome.set(peer.name, await measurement.end());
  });
}

/**
 * Memory does not depend on how busy the machine is, but systems take pages away from processes that wait for their turn.
 * @param {Job} job
 * @param {Player} player
 * @param {Outcome} outcome
 */
async function playAtOnce(job, { peer, session, measurement }, outcome) {
  await warmUp(job, peer, session);
  await measurement.begin();
  await measurement.slice(job.variant.count);
  outcome.set(peer.name, await measurement.end());
}

/**
 * In the parts that the work will come in: what connections that go make V8 forget is learnt again before the window.
 * @param {Job} job
 * @param {import('../types.d.ts').Peer} peer
 * @param {Session} session
 */
async function warmUp({ variant }, peer, session) {
  const parts = variant.warmupParts ?? 1;
  await session.start(peer, variant);
  for (let part = 0; part < parts; part++) {
    if (part > 0) await session.reset();
    await session.work(Math.ceil(variant.warmup / parts));
  }
}

/** @param {Job} job @param {Player[]} players @param {Outcome} outcome */
async function playSlices({ scenario, variant }, players, outcome) {
  const slices = Math.min(scenario.slices ?? SLICES, variant.count);
  const count = Math.ceil(variant.count / slices);
  for (let slice = 0; slice < slices; slice++) {
    await eachInTurn(rotated(players, slice), outcome, ({ measurement }) => measurement.slice(count));
  }
}

/**
 * One after the other; who fails is out of the round.
 * @param {Player[]} players
 * @param {Outcome} outcome
 * @param {(player: Player) => Promise<void>} step
 */
async function eachInTurn(players, outcome, step) {
  for (const player of players) {
    if (outcome.get(player.peer.name) instanceof Error) continue;
    try {
      await step(player);
    } catch (error) {
      outcome.set(player.peer.name, error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** @template T @param {T[]} items @param {number} by @returns {T[]} */
export function rotated(items, by) {
  return items.map((_, index) => items[(index + by) % items.length]);
}
