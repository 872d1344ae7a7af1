import { expect, it } from 'vitest';
import { peers } from '../lib/peers.mjs';
import { runRounds } from '../lib/rounds.mjs';
import { loadScenario } from '../scenarios/index.mjs';

it('a scenario that fails is reported, the others are measured, and each is kept as soon as it is over', async () => {
  const echo = await loadScenario('echo');
  const kept: string[] = [];
  const { rows } = await runRounds({
    peers: peers.filter((peer) => peer.name === 'floor'),
    chosen: true,
    scenarios: [{ ...echo, name: 'unheard-of' }, echo],
    rounds: 2,
    scale: 0.001,
    profile: false,
    say: () => {},
    keep: (measured) => kept.push(...measured.map(({ scenario }) => scenario)),
  });
  expect(rows[0]?.failures.floor).toContain('no scenario "unheard-of"');
  expect(rows[1]?.rounds.floor).toHaveLength(2);
  expect(kept).toEqual(['unheard-of', 'echo']);
});
