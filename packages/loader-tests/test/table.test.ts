import { expect, it } from 'vitest';
import { currentPage, pageWithTable } from '../src/table.mjs';

it('docs/loaders.md shows what the tests have found: npm run loaders', () => {
  expect(currentPage()).toBe(pageWithTable());
});
