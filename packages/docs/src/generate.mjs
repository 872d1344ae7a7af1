// Writes the pages of docs/ that are made out of docstrings.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { root } from './entries.mjs';
import { optionPages } from './options.mjs';
import { readReference } from './reference.mjs';

const { model, write } = await readReference();
for (const folder of ['api', 'options']) rmSync(`${root}docs/${folder}`, { recursive: true, force: true });
mkdirSync(`${root}docs/options`);
for (const [path, text] of Object.entries(optionPages(model))) writeFileSync(`${root}docs/${path}`, text);
await write(`${root}docs/api`);
