import { existsSync, readFileSync } from 'node:fs';
import { exec } from './exec.mjs';
import { root } from './root.mjs';

/**
 * Runs a script of a workspace package without a package manager in between, so that signals reach it directly.
 *
 * @param {string} directory
 * @param {string} script
 * @param {readonly string[]} args
 */
export function runPackageScript(directory, script, args) {
  const cwd = `${root}${directory}`;
  const manifest = `${cwd}/package.json`;
  const command = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).scripts?.[script] : undefined;
  if (typeof command !== 'string') throw new Error(`${directory} has no script '${script}'`);
  if (process.platform === 'win32') return exec(command, args, { cwd, shell: true });
  return exec('sh', ['-c', `exec ${command} "$@"`, 'sh', ...args], { cwd });
}
