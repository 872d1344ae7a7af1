import { exec } from './exec.mjs';
import { root } from './root.mjs';

/**
 * Runs tasks of turbo.json; what has not changed since the last run comes from turbo's cache.
 *
 * @param {readonly string[]} tasks
 * @param {readonly string[]} [args]
 */
export function turbo(tasks, args = []) {
  return exec(process.execPath, [
    `${root}node_modules/turbo/bin/turbo`,
    'run',
    ...tasks,
    '--output-logs=new-only',
    ...args,
  ]);
}
