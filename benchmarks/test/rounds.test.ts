import { expect, it } from 'vitest';
import { peers } from '../lib/peers.mjs';
import { runRounds } from '../lib/rounds.mjs';
import { loadScenario } from '../scenarios/index.mjs';

it('a failing scenario is reported, the others are measured, and each result is saved as soon as it is over', async () => {
  const echo = await loadScenario('echo');
  const kept: string[] = [];
  const { rows } = await runRounds({
    peers: peers.filter((peer) => peer.name === 'floor'),
    chosen: true,
    scenarios: [{ ...echo, name: 'unheard-of' }, echo],
    rounds: 2,
    minutes: Number.POSITIVE_INFINITY,
    scale: 0.001,
    profile: false,
    say: () => {},
    keep: (measured) => kept.push(...measured.map(({ scenario }) => scenario)),
  });
  expect(rows[0]?.failures.floor).toContain('no scenario "unheard-of"');
  expect(rows[1]?.rounds.floor).toHaveLength(2);
  expect(kept).toEqual(['unheard-of', 'echo']);
});

it('a run of limited time has the same number of rounds for all rows, and at least two', async () => {
  const [echo, burst] = [await loadScenario('echo'), await loadScenario('burst')];
  const { rows } = await runRounds({
    peers: peers.filter((peer) => peer.name === 'floor'),
    chosen: true,
    scenarios: [echo, burst],
    rounds: 5,
    minutes: 1e-6,
    scale: 0.001,
    profile: false,
    say: () => {},
    keep: () => {},
  });
  expect(rows.map(({ scenario, rounds }) => [scenario, rounds.floor?.length])).toEqual([
    ['echo', 2],
    ['burst', 2],
  ]);
});
