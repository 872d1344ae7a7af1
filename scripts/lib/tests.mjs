import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { exec } from './exec.mjs';
import { endLeftovers } from './leftovers.mjs';
import { cacheDirectory, root } from './root.mjs';
import { summarize, summaryLine } from './summary.mjs';

/**
 * Runs the checks and the whole test suite and ends with the line `N passed, N failed`.
 *
 * @param {object} options
 * @param {() => Promise<number>} options.checks what comes before the tests; resolves to an exit code
 * @param {readonly string[]} options.args for vitest, e.g. a file's name
 * @returns {Promise<number>} the exit code
 */
export async function runTests({ checks, args }) {
  // Whatever a test starts inherits this mark, by which it is found if it outlives the run.
  const mark = randomUUID();
  process.env.SIO_TEST_RUN = mark;
  const checked = await checks().catch(String);
  const summary = await runVitest(args);
  if (checked !== 0) summary.problems.push(`A check, or what comes before it, failed (see above): ${checked}`);
  for (const name of await endLeftovers(mark)) summary.problems.push(`Left running after the tests: ${name}`);
  for (const problem of summary.problems) console.error(problem);
  console.log(summaryLine(summary));
  return summary.failed + summary.problems.length === 0 ? 0 : 1;
}

/** @param {readonly string[]} args */
async function runVitest(args) {
  const report = `${cacheDirectory}tests-${process.pid}.json`;
  mkdirSync(cacheDirectory, { recursive: true });
  const vitest = `${root}node_modules/vitest/vitest.mjs`;
  if (!existsSync(vitest)) return { passed: 0, failed: 0, skipped: 0, problems: [] };
  const code = await exec(process.execPath, [
    vitest,
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
