// Complains about imports against the layers' direction and about tests of a protocol revision in the wrong place.
import { readFileSync } from 'node:fs';
import { filesBelow } from './lib/files.mjs';
import { checkFile } from './lib/layers.mjs';
import { root } from './lib/root.mjs';

const sources = filesBelow(root, 'packages').filter((file) => /^packages\/[^/]+\/src\/.+\.[cm]?tsx?$/.test(file));
const complaints = sources.flatMap((file) => checkFile(file, readFileSync(root + file, 'utf8')));
for (const complaint of complaints) console.error(complaint);
if (complaints.length === 0) console.log(`Layers: ${sources.length} files keep to them.`);
process.exitCode = complaints.length === 0 ? 0 : 1;
