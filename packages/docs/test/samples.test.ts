import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { root } from '../src/entries.mjs';

const documents = [
  'README.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(`${root}packages`).map((name) => `packages/${name}/README.md`),
];

const SAMPLE = /<!-- from (\S+) -->\n```\w+\n([\s\S]*?)```/g;

/** Lines that stand as they are in a file that is run, wherever it has them. */
function lines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n');
}

const samples = documents.flatMap((document) =>
  [...readFileSync(root + document, 'utf8').matchAll(SAMPLE)].map(([, file = '', code = '']) => ({
    title: `${document}: ${code.split('\n', 1)[0]}`,
    file,
    code,
  })),
);

it.each(samples)('a sample that says where it is from stands there: $title', ({ file, code }) => {
  expect(lines(readFileSync(root + file, 'utf8'))).toContain(lines(code));
});
