import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { failOnStrayErrors } from '@sio/conformance/support/stray-errors';
import { expect, it } from 'vitest';
import { graph, report } from '../src/soak/report.js';
import { soak } from '../src/soak/soak.js';

failOnStrayErrors();

it('crowds of all generations come, talk, fail and leave, and nothing grows', { timeout: 60_000 }, async () => {
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
  const result = await soak({ milliseconds: 6000, crowd: 40 });
  const { samples, tally } = result;
  for (const { sessions, sockets, rooms } of samples) expect([sessions, sockets, rooms]).toEqual([0, 0, 0]);
  // Who has not been lost on a busy machine has got all its answers.
  expect(tally.visits).toBeGreaterThan(tally.lost);
  expect(tally.answers).toBeGreaterThanOrEqual((tally.visits - tally.lost) * 2);
  expect(graph(samples)).toMatch(/^<svg .*polyline.*<\/svg>\n$/s);
  expect(report(result)).toContain(`${tally.visits} visits`);
});
