import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { exec } from './exec.mjs';
import { endLeftovers } from './leftovers.mjs';
import { cacheDirectory, root } from './root.mjs';
import { summarize, summaryLine } from './summary.mjs';

/**
 * Runs the checks and the whole test suite and ends with the line `N passed, N failed`.
 *
 * @param {{ checks: () => Promise<number>, args: readonly string[] }} options `args` go to vitest, e.g. a file's name
 * @returns {Promise<number>} the exit code
 */
export async function runTests({ checks, args }) {
  // Whatever a test starts inherits this mark, by which it is found if it outlives the run.
  const mark = randomUUID();
  process.env.SIO_TEST_RUN = mark;
  const checksFailed = (await checks()) !== 0;
  const summary = await runVitest(args);
  if (checksFailed) summary.problems.push('The build, the type check or the linter failed (see above).');
  for (const name of await endLeftovers(mark)) summary.problems.push(`Left running after the tests: ${name}`);
  for (const problem of summary.problems) console.error(problem);
  console.log(summaryLine(summary));
  return summary.failed + summary.problems.length === 0 ? 0 : 1;
}

/** @param {readonly string[]} args */
async function runVitest(args) {
  const report = `${cacheDirectory}tests-${process.pid}.json`;
  mkdirSync(cacheDirectory, { recursive: true });
  const code = await exec(process.execPath, [
    `${root}node_modules/vitest/vitest.mjs`,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ]);
  try {
    return summarize(JSON.parse(readFileSync(report, 'utf8')), code);
  } catch (error) {
    return { passed: 0, failed: 0, skipped: 0, problems: [`vitest (exit code ${code}) left no report: ${error}`] };
  } finally {
    rmSync(report, { force: true });
  }
}
