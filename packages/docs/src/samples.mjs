import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { root } from './entries.mjs';

/** @typedef {{ from: string, code: string, file?: string }} Sample  with the file that it says it is from */

/** With the file that is named above it, if any. */
const FENCE = /(?:^<!-- from (\S+) -->\n)?^```(\w+)\b[^\n]*\n([\s\S]*?)^```$/gm;

/** Languages whose samples always have to run. */
const SCRIPTS = new Set(['ts', 'js', 'tsx', 'jsx', 'typescript', 'javascript']);

/** @type {readonly Sample[]} The TypeScript and JavaScript in Markdown files, and whatever else says which file it is from. */
export const shown = globSync('**/*.md', { cwd: root, ignore: ['**/{node_modules,dist}/**', '.python/**'] }).flatMap(
  (file) => fencesOf(file, readFileSync(root + file, 'utf8')),
);

/** @param {string} from @param {string} text @returns {Sample[]} */
function fencesOf(from, text) {
  return [...text.matchAll(FENCE)].flatMap(({ index, 1: file, 2: language = '', 3: code = '' }) => {
    const place = `${from}:${text.slice(0, index).split('\n').length}`;
    if (file !== undefined) return [{ from: place, code, file }];
    return SCRIPTS.has(language) ? [{ from: place, code }] : [];
  });
}

const FOLDER = 'packages/docs/test/samples';

/** The files that samples are taken from. */
export const sampleFiles = globSync(`${FOLDER}/**`, { cwd: root });

/** @type {readonly Sample[]} What is marked in them to be shown. */
export const marked = sampleFiles.flatMap((file) => {
  const text = readFileSync(root + file, 'utf8');
  const regions = [...text.matchAll(/^ *\/\/ #region$\n([\s\S]*?)^ *\/\/ #endregion$/gm)];
  return regions.map(({ 1: code = '' }) => ({ from: file, code }));
});

/** The part of a sample that counts: not its layout or the order of its imports. @param {Sample} sample */
export function essence({ code }) {
  const imports = code.match(/^import .*$/gm) ?? [];
  const ordered = [...imports.sort(), code.replace(/^import .*$/gm, '')].join('');
  return ordered.replace(/\s+/g, '').replace(/,(?=[)\]}])/g, '');
}
