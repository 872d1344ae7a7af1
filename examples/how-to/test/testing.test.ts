import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../testing', import.meta.url));
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');

it.each(['node.mjs', 'whole-app.mjs'])('node --test runs %s', async (file) => {
  const { stdout } = await execaNode(`${folder}/${file}`, { nodeOptions: ['--test'] });
  expect(stdout).toContain('# fail 0');
});

it('Jest runs jest.mjs', { timeout: 60_000 }, async () => {
  const args = ['--rootDir', folder, '--testMatch', '**/jest.mjs', '--runInBand'];
  const { all } = await execaNode(jest, args, { nodeOptions: ['--experimental-vm-modules'], all: true });
  expect(all).toContain('2 passed, 2 total');
});
