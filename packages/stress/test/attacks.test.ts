import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { attacks } from '../src/attacks/attacks.js';
import { drawn, measure } from '../src/attacks/measure.js';

const core = pathToFileURL(createRequire(import.meta.url).resolve('../../core/dist/index.js'));

/** Of the whole attack, which `npm run attacks -- --full` runs. */
const WAVES = 1;

describe('a wave of an attack on the memory of a server leaves it within its budgets', () => {
  it.each(attacks.map((attack) => [attack.title, attack] as const))(
    '%s',
    async (_title, attack) => {
      const result = await measure(attack, core, WAVES);
      expect(result).toMatchObject({ hasEnded: false });
      expect(result.curve).toHaveLength(WAVES + 1);
      expect(result.growth).toBeLessThan(attack.bound);
      expect(drawn(attack, result)).toContain('MB resident');
    },
    120_000,
  );
});
