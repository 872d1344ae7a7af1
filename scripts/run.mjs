// The one entry point behind every npm script. It needs nothing but Node and npm: it installs the rest.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`This project needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { version } = JSON.parse(readFileSync('package.json', 'utf8')).devEngines.packageManager;
const installed = join('node_modules', '.bin', 'pnpm');
const pnpm = existsSync(installed) ? [installed] : ['npx', '--yes', `pnpm@${version}`];
const install = [...pnpm, 'install', '--config.confirmModulesPurge=false', '--reporter=append-only'].join(' ');
const { status, stdout } = spawnSync(install, { shell: true, encoding: 'utf8', stdio: ['inherit', 'pipe', 'inherit'] });
if (status !== 0) {
  console.error(`${stdout}\nThe installation failed: ${install}`);
  process.exit(1);
}

// Imported only now: before the installation its dependencies are missing.
const { commands } = await import('./commands.mjs');
const [name = '', ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) {
  console.error(`Unknown command '${name}'. Known: ${Object.keys(commands).join(', ')}.`);
  process.exit(1);
}
process.exitCode = await command(args).catch((/** @type {Error} */ error) => {
  console.error(error.message);
  return 1;
});
