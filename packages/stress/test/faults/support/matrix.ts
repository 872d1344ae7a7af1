import { failOnStrayErrors } from '@sio/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BREAKS, NUISANCES, type Strike } from '../../../src/faults/faults.js';
import { type Cell, nothingLeft, PATIENCE, playAll, type Stage, serve, stepsOf } from './stage.js';
import type { Way } from './ways.js';

/** Time (ms) after which a client leaves that hears nothing over a broken network. */
const SHORT = 600;

/** Every fault at every step. */
async function play(way: Way, stage: Stage, faults: Readonly<Record<string, Strike>>, patience: number) {
  const steps = await stepsOf(way, stage);
  const specs = Array.from({ length: steps }, (_, at) =>
    Object.entries(faults).map(([fault, strike]) => [fault, { at, strike }] as const),
  ).flat();
  return { steps, cells: await playAll(way, stage, specs, patience) };
}

/** The cells of one fault. All conversations get at least as far as the first steps, whatever their packets are put together to. */
function cellsOf(cells: readonly Cell[], fault: string, steps: number): readonly Cell[] {
  const own = cells.filter((cell) => cell.fault === fault);
  expect(own.filter(({ proxy }) => proxy.struck).length).toBeGreaterThan(steps / 2);
  return own;
}

/** Declares the tests of every fault at every step of clients that come in these ways. */
export function matrix(ways: readonly Way[]): void {
  failOnStrayErrors();
  describe.each(ways)('$name', tests);
}

function tests(way: Way): void {
  describe('when the network', () => {
    let stage: Stage;
    let steps: number;
    let cells: Cell[] = [];
    let settled: Promise<void>;
    beforeAll(async () => {
      stage = await serve(true);
      ({ steps, cells } = await play(way, stage, BREAKS, SHORT));
      settled = nothingLeft(stage);
      await settled.catch(() => {});
    }, 60_000);
    afterAll(async () => {
      for (const { proxy } of cells) proxy.close();
      await stage.io.close();
    });

    it.each(Object.keys(BREAKS))('%s, at any step, a client gets right answers or none', (fault) => {
      for (const { at, answers } of cellsOf(cells, fault, steps)) {
        expect([1, 2].slice(0, answers.length), `at step ${at}`).toEqual(answers);
      }
    });

    it('is broken in any way, the server lets go of everything by itself', async () => {
      expect(steps).toBeGreaterThan(4);
      await settled;
    });

    it('is broken in any way, the server has nothing to report, and serves the next', async () => {
      expect(stage.errors).toEqual([]);
      expect(await stepsOf(way, stage)).toBeGreaterThan(4);
    });
  });

  describe('when the network', () => {
    let stage: Stage;
    let steps: number;
    let cells: Cell[] = [];
    beforeAll(async () => {
      stage = await serve(false);
      ({ steps, cells } = await play(way, stage, NUISANCES, PATIENCE));
    }, 60_000);
    afterAll(async () => {
      for (const { proxy } of cells) proxy.close();
      await stage.io.close();
    });

    it.each(Object.keys(NUISANCES))('%s, at any step, everything arrives', (fault) => {
      for (const { at, answers } of cellsOf(cells, fault, steps)) expect(answers, `at step ${at}`).toEqual([1, 2]);
    });
  });
}
