import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { entries, root } from './entries.mjs';

const folders = [...new Set(entries.map(({ source }) => source.replace(/\/src\/.*$/, '/src')))];
const read = (/** @type {string} */ path) => readFileSync(root + path, 'utf8');

/** @type {ReadonlyMap<string, string>} The text of each source file of the published packages, by path. */
export const sources = new Map(
  globSync(
    folders.map((folder) => `${folder}/**`),
    { cwd: root },
  ).map((path) => [path, read(path)]),
);

/** The text of all tests but those of the documents. */
export const tests = globSync(['{packages,examples}/*/test/**/*.{ts,mts,mjs}', 'packages/conformance/src/**/*.ts'], {
  cwd: root,
  ignore: ['**/node_modules/**', 'packages/docs/**'],
})
  .map(read)
  .join('\n');

/**
 * The members of a union of texts, those of unions in it included.
 *
 * @param {string} name
 * @returns {string[]}
 */
export function unionOf(name) {
  const pattern = new RegExp(`export type ${name} =([^;]+);`);
  const found = [...sources.values()].map((text) => pattern.exec(text)?.[1]).find(Boolean) ?? '';
  const members = found.split('|').map((member) => member.trim());
  return members
    .filter(Boolean)
    .flatMap((member) => (member.startsWith("'") ? [member.slice(1, -1)] : unionOf(member)));
}

/**
 * The matches of a pattern's first group in the sources.
 *
 * @param {RegExp} pattern
 * @param {RegExp} [where] which files
 */
export function foundIn(pattern, where = /./) {
  const texts = [...sources].filter(([path]) => where.test(path)).map(([, text]) => text.replace(DOCSTRING, ''));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, found = '']) => found)))];
}

/** Examples throw as well. */
const DOCSTRING = /\/\*\*[\s\S]*?\*\//g;

/** The texts of plain errors, with `…` for what differs. */
export function errorTexts() {
  const texts = foundIn(/new (?:Type|Range|Option)?Error\(\s*((['`])(?:\\.|(?!\2)[^\\])*\2)/g, /^(?!.*\/codec\/)/);
  return texts.map((text) => withoutHoles(text.slice(1, -1)));
}

/** @param {string} text */
function withoutHoles(text) {
  let plain = text;
  // Holes have holes: from the inside out.
  for (let before = ''; before !== plain; ) {
    before = plain;
    plain = plain.replace(/\$\{[^{}]*\}/g, '…').replace(/(\$\{[^{}]*)\{[^{}]*\}/g, '$1');
  }
  return plain;
}

/**
 * The first column of the table below a heading.
 *
 * @param {string} page
 * @param {string} heading
 */
export function documented(page, heading) {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `(.+?)` \|/gm)].map(([, code = '']) => code);
}
