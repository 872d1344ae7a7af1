import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter } from 'node:path';
import { root } from './root.mjs';

const ORPHAN_CHECK_MS = 250;
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs a program on our terminal and resolves to its exit code. Signals sent to us reach it, and it ends with the npm
 * that started us, so that stopping the script stops the program.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean }} [options]
 * @returns {Promise<number>}
 */
export function exec(command, args, { cwd = root, env = {}, shell = false } = {}) {
  const child = spawn(command, args, { cwd, shell, stdio: 'inherit', env: { ...environment(cwd), ...env } });
  const forward = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  const watch = whenOrphaned(() => forward('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  }).finally(() => {
    clearInterval(watch);
    for (const signal of SIGNALS) process.off(signal, forward);
  });
}

/**
 * npm gives a signal to its shell alone, which may end without passing it on. All we see is that our parent changed.
 *
 * @param {() => void} act
 */
function whenOrphaned(act) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => process.ppid !== parent && act(), ORPHAN_CHECK_MS);
}

/** @param {string} cwd */
function environment(cwd) {
  const bins = [`${cwd}/node_modules/.bin`, `${root}node_modules/.bin`];
  const path = [...bins, process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, DO_NOT_TRACK: '1', TURBO_TELEMETRY_DISABLED: '1' };
}
