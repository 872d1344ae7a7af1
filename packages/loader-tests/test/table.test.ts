import { expect, it } from 'vitest';
import { currentPage, pageWithTable } from '../src/table.mjs';

it('docs/loaders.md shows the results of the tests: npm run loaders', () => {
  expect(currentPage()).toBe(pageWithTable());
});
