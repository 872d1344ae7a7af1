import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

/** The most that each way may enter in the built core, for an upgrade with the adapter. Lower them when the way gets shorter. */
const LIMITS = {
  // Our own frame reader and the guards around responses count.
  event: { files: 9, functions: 21 },
  emit: { files: 8, functions: 19 },
  broadcast: { files: 12, functions: 30 },
  upgrade: { files: 28, functions: 110 },
};

type Counts = typeof LIMITS;

describe('the way of a byte stays short:', () => {
  let counts: Counts;
  beforeAll(() => {
    const program = fileURLToPath(new URL('../dist/trace/main.js', import.meta.url));
    counts = JSON.parse(execFileSync(process.execPath, [program, '--json'], { encoding: 'utf8' })) as Counts;
  });

  it.each(Object.keys(LIMITS) as (keyof Counts)[])('%s', (way) => {
    expect(counts[way].files).toBeLessThanOrEqual(LIMITS[way].files);
    expect(counts[way].functions).toBeLessThanOrEqual(LIMITS[way].functions);
    // A way that enters next to nothing has not been traced.
    expect(counts[way].functions).toBeGreaterThan(5);
  });
});
