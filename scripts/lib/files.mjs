import { readdirSync } from 'node:fs';

const SKIPPED = new Set(['node_modules', 'dist', 'coverage']);

/**
 * All files below a folder but those that are installed, built or hidden.
 *
 * @param {string} base ends with a slash
 * @param {string} [folder] below it, without slashes at its ends
 * @returns {string[]} paths below `base`, with forward slashes
 */
export function filesBelow(base, folder = '') {
  return readdirSync(base + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(base, path) : [path];
  });
}
