import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const GRACE_MS = 3000;
const STEP_MS = 100;

/**
 * Finds processes that carry the run's mark, gives them a moment to end by themselves, kills the rest.
 * Linux only; elsewhere it finds none.
 *
 * @param {string} mark the value of SIO_TEST_RUN in their environment
 * @param {number} [grace] in milliseconds
 * @returns {Promise<string[]>} the command lines of those that had to be killed
 */
export async function endLeftovers(mark, grace = GRACE_MS) {
  for (let waited = 0; waited < grace && marked(mark).length > 0; waited += STEP_MS) await delay(STEP_MS);
  return marked(mark).map((pid) => {
    const name = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    kill(pid);
    return name;
  });
}

/** @param {string} mark */
function marked(mark) {
  if (!existsSync('/proc/self/environ')) return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.map(Number).filter((pid) => read(`/proc/${pid}/environ`).includes(`SIO_TEST_RUN=${mark}`));
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in the meantime, which is all we want.
  }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // the process ended, or is another user's
  }
}
