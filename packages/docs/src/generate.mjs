// Writes the pages of docs/ that are made out of docstrings.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { root } from './entries.mjs';
import { readModel } from './model.mjs';
import { pagesOf } from './pages.mjs';

for (const [path, text] of pagesOf(await readModel())) {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, text);
  console.log(path);
}
