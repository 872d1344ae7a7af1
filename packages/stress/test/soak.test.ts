import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { failOnStrayErrors } from '@sio/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';
import { graph, report } from '../src/soak/report.js';
import { exceeds, growth, resources } from '../src/soak/sample.js';
import { soak } from '../src/soak/soak.js';

failOnStrayErrors();

/** Bytes of the heap for each visit. Warming up takes some hundred; the socket of a connection alone would be six thousand. */
const BOUND = 3000;

describe('clients of all protocol versions that connect, send, fail and leave', { timeout: 120_000 }, () => {
  beforeAll(() => {
    setFlagsFromString('--expose-gc');
    globalThis.gc = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
  });

  it('leave nothing behind: sessions, rooms, handles, timers and heap return to their start', async () => {
    const result = await soak({ milliseconds: 0, crowd: 40 });
    const { samples, tally, before } = result;
    for (const { sessions, sockets, rooms, resources } of samples) {
      expect([sessions, sockets, rooms]).toEqual([0, 0, 0]);
      expect(exceeds(resources, before), `${JSON.stringify(resources)} after, ${JSON.stringify(before)} before`).toBe(
        false,
      );
    }
    expect(growth(samples)).toBeLessThan(BOUND);
    // Every client that the busy machine has not lost has got all its answers.
    expect(tally.visits).toBeGreaterThan(tally.lost);
    expect(tally.answers).toBeGreaterThanOrEqual((tally.visits - tally.lost) * 2);
    expect(await graph(samples)).toMatch(/^<svg .*Heap after every client has left.*<\/svg>\n$/s);
    expect(report(result)).toContain(`${tally.visits} visits`);
  });

  it('are noticed if they leave their sockets behind', async () => {
    const kept: unknown[] = [];
    const { samples } = await soak({ milliseconds: 0, crowd: 40, plant: (socket) => kept.push(socket) });
    expect(growth(samples)).toBeGreaterThan(BOUND);
  });

  it('are noticed if they leave a timer behind', () => {
    const before = resources();
    const timer = setTimeout(() => {}, 60_000);
    expect(exceeds(resources(), before)).toBe(true);
    clearTimeout(timer);
  });
});
