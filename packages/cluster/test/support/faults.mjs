// The tests of clusters in full: `npm run faults`, or `npm run faults -- redis` for one file.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const files = process.argv.slice(2).map((name) => `packages/cluster/test/${name}`);
const args = ['vitest', 'run', ...(files.length === 0 ? ['packages/cluster'] : files)];
const env = { ...process.env, SIO_CLUSTER: 'full' };
process.exitCode = spawnSync('npx', args, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
