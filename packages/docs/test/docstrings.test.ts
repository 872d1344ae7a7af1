import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { entries, root } from '../src/entries.mjs';
import { readModel } from '../src/model.mjs';
import type { Model } from '../src/options.mjs';
import { pagesOf } from '../src/pages.mjs';
import { undescribed } from '../src/undescribed.mjs';
import { namesSuite } from './suites/names.js';
import { optionsSuite } from './suites/options.js';

/** Reading all sources takes a while on a busy machine. */
const PATIENCE = 180_000;

let model: Model;
beforeAll(async () => {
  model = await readModel();
}, PATIENCE);

describe('the reference', () => {
  it.each(['docs/options.md', ...entries.map(({ page }) => page)])(
    '%s says what docstrings say: npm run docs',
    (path) => {
      expect(readFileSync(root + path, 'utf8')).toBe(pagesOf(model).get(path));
    },
  );

  it('finds a docstring at everything that users can reach', () => {
    expect(undescribed(model)).toEqual([]);
  });
});

optionsSuite(() => model);
namesSuite(() => model);
