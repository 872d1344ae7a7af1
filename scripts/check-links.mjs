// Complains about links and paths in Markdown files that lead nowhere in the repository.
import { existsSync, readFileSync } from 'node:fs';
import { filesBelow } from './lib/files.mjs';
import { checkLinks } from './lib/links.mjs';
import { root } from './lib/root.mjs';

const pages = filesBelow(root).filter((file) => file.endsWith('.md'));
const complaints = pages.flatMap((file) => checkLinks(file, readFileSync(root + file, 'utf8'), lookUp));
for (const complaint of complaints) console.error(complaint);
if (complaints.length === 0) console.log(`Links: all of ${pages.length} pages lead somewhere.`);
process.exitCode = complaints.length === 0 ? 0 : 1;

/** @param {string} path */
function lookUp(path) {
  if (!existsSync(root + path)) return false;
  return path.endsWith('.md') ? readFileSync(root + path, 'utf8') : true;
}
