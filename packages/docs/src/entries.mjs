import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * @typedef {object} Entry  what users import from
 * @property {string} specifier  such as `@sio/core/mount`
 * @property {string} source  its file below the repository
 */

/** @type {readonly Entry[]} Every entry of every published package. */
export const entries = readdirSync(`${root}packages`)
  .filter((folder) => existsSync(`${root}packages/${folder}/package.json`))
  .flatMap((folder) => entriesOf(`packages/${folder}`));

/** @param {string} folder */
function entriesOf(folder) {
  const manifest = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'));
  if (manifest.private) return [];
  return Object.entries(manifest.exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([path, target]) => ({
      specifier: manifest.name + path.slice(1),
      source: `${folder}/src/${target.default.types.replace(/^\.\/dist\//, '').replace(/\.d\.c?ts$/, '.ts')}`,
    }));
}
