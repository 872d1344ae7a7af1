// Complains about imports against the layers' direction, tests of a protocol revision in the wrong place, adapters that grow.
import { readFileSync } from 'node:fs';
import { checkAdapters } from './lib/adapters.mjs';
import { filesBelow } from './lib/files.mjs';
import { checkFile } from './lib/layers.mjs';
import { root } from './lib/root.mjs';

const read = (/** @type {string} */ file) => readFileSync(root + file, 'utf8');
const files = filesBelow(root, 'packages');
const sources = files.filter((file) => /^packages\/[^/]+\/src\/.+\.[cm]?tsx?$/.test(file));
const complaints = [...sources.flatMap((file) => checkFile(file, read(file))), ...checkAdapters(files, read)];
for (const complaint of complaints) console.error(complaint);
if (complaints.length === 0) console.log(`Layers: ${sources.length} files keep to them.`);
process.exitCode = complaints.length === 0 ? 0 : 1;
