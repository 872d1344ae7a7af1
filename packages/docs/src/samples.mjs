import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { root } from './entries.mjs';

/** @typedef {{ from: string, code: string, file?: string | undefined }} Sample  with the file that it says it is from */

/** Samples in a language that has to run, and others that name a file above them. */
const FENCE = /(?:^<!-- from (\S+) -->\n```\w+|^```(?:ts|js|tsx|jsx|typescript|javascript)\b)[^\n]*\n([\s\S]*?)^```$/gm;

const read = (/** @type {string} */ path) => readFileSync(root + path, 'utf8');

/** @type {readonly Sample[]} The TypeScript and JavaScript in Markdown files, and whatever else says which file it is from. */
export const shown = globSync('**/*.md', { cwd: root, ignore: ['**/{node_modules,dist}/**', '.python/**'] }).flatMap(
  (page) => {
    const text = read(page);
    return [...text.matchAll(FENCE)].map(({ index, 1: file, 2: code = '' }) => {
      return { from: `${page}:${text.slice(0, index).split('\n').length}`, code, file };
    });
  },
);

/** The files that samples are taken from. */
export const sampleFiles = globSync('packages/docs/test/samples/**', { cwd: root });

/** @type {readonly Sample[]} What is marked in them to be shown. */
export const marked = sampleFiles.flatMap((file) =>
  [...read(file).matchAll(/^ *\/\/ #region$\n([\s\S]*?)^ *\/\/ #endregion$/gm)].map(([, code = '']) => ({
    from: file,
    code,
  })),
);

/** The part of a sample that counts: not its layout or the order of its imports. @param {Sample} sample */
export function essence({ code }) {
  const imports = code.match(/^import .*$/gm) ?? [];
  const ordered = [...imports.sort(), code.replace(/^import .*$/gm, '')].join('');
  return ordered.replace(/\s+/g, '').replace(/,(?=[)\]}])/g, '');
}
