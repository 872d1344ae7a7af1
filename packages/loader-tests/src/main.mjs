// npm run loaders: runs all tests of this package, and writes what came of them to docs/loaders.md.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { writePage } from './table.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { status } = spawnSync(
  `${root}node_modules/.bin/vitest`,
  ['run', 'packages/loader-tests', ...process.argv.slice(2)],
  {
    cwd: root,
    env: { ...process.env, SIO_LOADERS: 'all' },
    stdio: 'inherit',
  },
);
writePage();
process.exitCode = status ?? 1;
