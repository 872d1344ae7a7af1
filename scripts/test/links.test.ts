import { expect, it } from 'vitest';
import { checkLinks } from '../lib/links.mjs';

const files = new Map<string, string | boolean>([
  ['README.md', '# The thing\n## Two words\n## Two words\n## `code` & more!\n<a id="by-hand"></a>'],
  ['docs/guide.md', '# Guide'],
  ['docs', true],
  ['docs/a.png', true],
  ['packages/core/src/index.ts', true],
]);
const check = (text: string, file = 'docs/page.md') => checkLinks(file, text, (path) => files.get(path) ?? false);

it.each([
  '[a](guide.md)',
  '[a](./guide.md#guide)',
  '[a](../README.md#two-words-1)',
  '[a](../README.md#code--more)',
  '[a](../README.md#by-hand)',
  '![a](a.png)',
  '[a](/docs/a.png)',
  '[a](..)'.replace('..', '../docs'),
  '<img alt="" src="a.png">',
  '[a]: guide.md',
  '# Here\n[a](#here)',
  '[a](https://example.org/x) [b](mailto:a@example.org)',
  '`packages/core/src/index.ts` and `packages/core/dist/index.js` and `packages/*/src`',
  '```md\n[a](nowhere.md)\n```\n',
  '`[a](nowhere.md)`',
])('accepts %s', (text) => {
  expect(check(text)).toEqual([]);
});

it.each([
  '[a](nowhere.md)',
  '[a](guide.md#nowhere)',
  '[a](../README.md#two-words-2)',
  '[a](#nowhere)',
  '![a](b.png)',
  '<img alt="" src="b.png">',
  '[a]: nowhere.md',
  '`packages/core/src/nowhere.ts`',
])('finds that %s leads nowhere', (text) => {
  expect(check(text)).toHaveLength(1);
});

it('names file, line and target', () => {
  expect(check('\n\nsee [a](nowhere.md)')).toEqual(['docs/page.md:3 links to nowhere.md, which does not exist']);
});
