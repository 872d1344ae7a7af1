// Writes the pages of docs/ that are made out of docstrings.
import { rmSync, writeFileSync } from 'node:fs';
import { root } from './entries.mjs';
import { optionsPage } from './options.mjs';
import { readReference } from './reference.mjs';

const { model, write } = await readReference();
writeFileSync(`${root}docs/options.md`, optionsPage(model));
rmSync(`${root}docs/api`, { recursive: true, force: true });
await write(`${root}docs/api`);
