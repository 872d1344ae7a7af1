import { failOnStrayErrors } from '@sio/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BREAKS, NUISANCES, type Strike } from '../../../src/faults/faults.js';
import type { ClientProfile } from './client-profiles.js';
import { type Cell, type Harness, nothingLeft, PATIENCE, playAll, serve, stepsOf } from './harness.js';

/** Time (ms) after which a client leaves that hears nothing over a broken network. */
const SHORT = 600;

/** Every fault at every step. */
async function play(
  profile: ClientProfile,
  harness: Harness,
  faults: Readonly<Record<string, Strike>>,
  patience: number,
) {
  const steps = await stepsOf(profile, harness);
  const specs = Array.from({ length: steps }, (_, at) =>
    Object.entries(faults).map(([fault, strike]) => [fault, { at, strike }] as const),
  ).flat();
  return { steps, cells: await playAll(profile, harness, specs, patience) };
}

/** The cells of one fault. All conversations get at least as far as the first steps, whatever their packets are put together to. */
function cellsOf(cells: readonly Cell[], fault: string, steps: number): readonly Cell[] {
  const own = cells.filter((cell) => cell.fault === fault);
  expect(own.filter(({ proxy }) => proxy.struck).length).toBeGreaterThan(steps / 2);
  return own;
}

/** Declares the tests of every fault at every step of clients that come in these profiles. */
export function matrix(profiles: readonly ClientProfile[]): void {
  failOnStrayErrors();
  describe.each(profiles)('$name', tests);
}

function tests(profile: ClientProfile): void {
  describe('when the network', () => {
    let harness: Harness;
    let steps: number;
    let cells: Cell[] = [];
    let settled: Promise<void>;
    beforeAll(async () => {
      harness = await serve(true);
      ({ steps, cells } = await play(profile, harness, BREAKS, SHORT));
      settled = nothingLeft(harness);
      await settled.catch(() => {});
    }, 60_000);
    afterAll(async () => {
      for (const { proxy } of cells) proxy.close();
      await harness.io.close();
    });

    it.each(Object.keys(BREAKS))('%s, at any step, a client gets right answers or none', (fault) => {
      for (const { at, answers } of cellsOf(cells, fault, steps)) {
        expect([1, 2].slice(0, answers.length), `at step ${at}`).toEqual(answers);
      }
    });

    it('is broken in any profile, the server lets go of everything by itself', async () => {
      expect(steps).toBeGreaterThan(4);
      await settled;
    });

    it('is broken in any profile, the server has nothing to report, and serves the next', async () => {
      expect(harness.errors).toEqual([]);
      expect(await stepsOf(profile, harness)).toBeGreaterThan(4);
    });
  });

  describe('when the network', () => {
    let harness: Harness;
    let steps: number;
    let cells: Cell[] = [];
    beforeAll(async () => {
      harness = await serve(false);
      ({ steps, cells } = await play(profile, harness, NUISANCES, PATIENCE));
    }, 60_000);
    afterAll(async () => {
      for (const { proxy } of cells) proxy.close();
      await harness.io.close();
    });

    it.each(Object.keys(NUISANCES))('%s, at any step, everything arrives', (fault) => {
      for (const { at, answers } of cellsOf(cells, fault, steps)) expect(answers, `at step ${at}`).toEqual([1, 2]);
    });
  });
}
