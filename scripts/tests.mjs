import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';

const REPORT = 'node_modules/.cache/sio/tests.json';
/** Milliseconds that processes get to end by themselves after the tests. */
const GRACE_MS = 3000;
/** Milliseconds that the tests may take: a file that spins is stopped by nothing else. */
const LIMIT_MS = 40 * 60_000;

/**
 * Runs the checks and the whole test suite, and ends with the line `N passed, N failed`.
 *
 * @param {() => Promise<number>} checks what comes before the tests; resolves to an exit code
 * @param {readonly string[]} args for vitest, such as a file's name
 * @returns {Promise<number>} the exit code
 */
export async function runTests(checks, args) {
  const problems = (await checks()) === 0 ? [] : ['A check failed (see above)'];
  rmSync(REPORT, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  // A process group of its own: what the tests leave running is found by it.
  const detached = process.platform !== 'win32';
  const options = /** @type {const} */ ({ stdio: 'inherit', preferLocal: true, reject: false, killSignal: 'SIGKILL' });
  const limits = { detached, timeout: LIMIT_MS };
  const vitest = execa('vitest', ['run', ...reporters, ...args], { ...options, ...limits });
  const group = vitest.pid ?? 0;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, () => signal(-group, 'SIGTERM'));
  const { exitCode, timedOut } = await vitest;
  if (timedOut) problems.push(`The tests did not end within ${LIMIT_MS / 60_000} minutes`);
  const left = detached ? await leftIn(group) : [];
  if (left.length > 0) problems.push(`The tests left running: ${left.join(', ')}`);
  if (left.length > 0) signal(-group, 'SIGKILL');
  const summary = summarize(readReport(), exitCode ?? 1, problems);
  for (const problem of summary.problems) console.error(problem);
  console.log(summary.line);
  return summary.failed === 0 ? 0 : 1;
}

/** @typedef {import('vitest/reporters').JsonTestResults} Results */
/** @typedef {Pick<Results, 'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests'>} Counts */
/** @typedef {Counts & { testResults: { name: string, status: string, assertionResults: { status: string }[] }[] }} Report */

/** @returns {Report} without tests if vitest wrote none */
function readReport() {
  try {
    return JSON.parse(readFileSync(REPORT, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}

/**
 * @param {Report} report
 * @param {number} exitCode vitest's own
 * @param {readonly string[]} [earlier] failures that are no test: each counts as one
 */
export function summarize(report, exitCode, earlier = []) {
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests, testResults } = report;
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const problems = [...earlier, ...unloaded.map(({ name }) => `Could not run ${name}`)];
  if (exitCode !== 0 && numFailedTests + unloaded.length === 0) {
    problems.push(`vitest ended with exit code ${exitCode} though no test failed: an unhandled error (see above)`);
  }
  const failed = numFailedTests + problems.length;
  const skipped = numPendingTests + numTodoTests;
  return { failed, problems, line: `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}` };
}

/** The command lines of a group's processes that still run after a while, without those that wait to be collected. @param {number} group */
async function leftIn(group) {
  for (let waited = 0; waited < GRACE_MS && signal(-group, 0); waited += 100) await delay(100);
  const { stdout = '' } = await execa('ps', ['-eo', 'pgid=,stat=,args='], { reject: false });
  const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  const left = lines.filter(([id, state]) => Number(id) === group && !state?.startsWith('Z'));
  return left.map((words) => words.slice(2).join(' '));
}

/** @param {number} pid @param {NodeJS.Signals | 0} name @returns {boolean} whether there was a process */
function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
