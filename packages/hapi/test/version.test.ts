import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { name, version } from '../src/version.js';

it('the plugin has the name and version of its package.json: change src/version.ts with it', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as object;
  expect(manifest).toMatchObject({ name, version });
});
