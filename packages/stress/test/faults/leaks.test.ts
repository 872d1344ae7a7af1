import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { failOnStrayErrors } from '@sio/test-kit';
import { expect, it } from 'vitest';
import { BREAKS } from '../../src/faults/faults.js';
import { exceeds, resources, type Sample, sample } from '../../src/soak/sample.js';
import { LEGACY_PROFILES, MODERN_PROFILES } from './support/client-profiles.js';
import { type Harness, nothingLeft, playAll, serve, stepsOf } from './support/harness.js';

failOnStrayErrors();

const WAYS = [...MODERN_PROFILES, ...LEGACY_PROFILES];
const ROUNDS = 4;
/** Time (ms) after which a client leaves that hears nothing. */
const SHORT = 200;
/** Bytes of the heap for each conversation: the socket of a connection alone would be six thousand. */
const BOUND = 3000;

/** Each client meets each fault once, a step later in each round. @returns how many conversations there were */
async function round(harness: Harness, steps: readonly number[], number: number): Promise<number> {
  const faults = Object.entries(BREAKS);
  const cells = await Promise.all(
    WAYS.map((profile, index) => {
      const specs = faults.map(([fault, strike], place) => {
        const at = (number * 3 + place) % (steps[index] as number);
        return [fault, { at, strike }] as const;
      });
      return playAll(profile, harness, specs, SHORT);
    }),
  );
  await nothingLeft(harness);
  for (const { proxy } of cells.flat()) proxy.close();
  return cells.flat().length;
}

/** Waits until there is no more of anything than before. */
async function backTo(before: Sample['resources']): Promise<void> {
  const end = performance.now() + 15_000;
  while (exceeds(resources(), before) && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 10));
  const now = resources();
  expect(exceeds(now, before), `${JSON.stringify(now)}, before ${JSON.stringify(before)}`).toBe(false);
}

it('networks that break again and again leave no socket, timer, session or memory behind', async () => {
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
  const harness = await serve(true);
  const steps: number[] = [];
  for (const profile of WAYS) steps.push(await stepsOf(profile, harness));
  const before = resources();
  const samples: Sample[] = [];
  let visits = 0;
  for (let number = 0; number < ROUNDS; number++) {
    visits += await round(harness, steps, number);
    await backTo(before);
    samples.push(sample(harness.io, number, visits));
  }
  // In the first round code is compiled and pools fill.
  const [warm, last] = [samples[1] as Sample, samples.at(-1) as Sample];
  expect((last.heap - warm.heap) / (last.visits - warm.visits)).toBeLessThan(BOUND);
  expect(harness.errors).toEqual([]);
  await harness.io.close();
}, 180_000);
