import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { entries, root } from './entries.mjs';

const read = (/** @type {string} */ path) => readFileSync(root + path, 'utf8');
const folders = new Set(entries.map(({ source }) => source.replace(/\/src\/.*$/, '/src/**')));

/** @type {ReadonlyMap<string, string>} The text of each source file of the published packages, by path. */
export const sources = new Map(globSync([...folders], { cwd: root }).map((path) => [path, read(path)]));

const TESTS = ['{packages,examples}/*/test/**/*.{ts,mts,mjs}', 'packages/conformance/src/**/*.ts'];

/** The text of all tests but those of the documents. */
export const tests = globSync(TESTS, { cwd: root, ignore: ['**/node_modules/**', 'packages/docs/**'] })
  .map(read)
  .join('\n');

/** The members of a union of texts, those of unions in it included. @param {string} name @returns {string[]} */
export function unionOf(name) {
  const [members = ''] = foundIn(new RegExp(`export type ${name} =([^;]+);`, 'g'));
  return members
    .split('|')
    .map((member) => member.trim())
    .filter(Boolean)
    .flatMap((member) => (member.startsWith("'") ? [member.slice(1, -1)] : unionOf(member)));
}

/**
 * The matches of a pattern's first group in the sources, but not in their docstrings: examples throw as well.
 *
 * @param {RegExp} pattern
 * @param {RegExp} [where] which files
 */
export function foundIn(pattern, where = /./) {
  const texts = [...sources].filter(([path]) => where.test(path)).map(([, text]) => text.replace(DOCSTRING, ''));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, found = '']) => found)))];
}

const DOCSTRING = /\/\*\*[\s\S]*?\*\//g;

/** The part of a text that differs: holes have holes. */
const HOLE = /\$\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}/g;

/** The texts of plain errors, with `…` for what differs. */
export function errorTexts() {
  const texts = foundIn(/new (?:Type|Range|Option)?Error\(\s*((['`])(?:\\.|(?!\2)[^\\])*\2)/g, /^(?!.*\/codec\/)/);
  return texts.map((text) => text.slice(1, -1).replace(HOLE, '…'));
}

/** The first column of the table below a heading. @param {string} page @param {string} heading */
export function documented(page, heading) {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `(.+?)` \|/gm)].map(([, code = '']) => code);
}
