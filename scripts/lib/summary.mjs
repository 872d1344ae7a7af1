/**
 * @typedef {object} Summary
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} problems  failures that are no test: each counts as one
 *
 * @typedef {object} Report  the part of vitest's JSON report that we read
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ name: string, status: string, assertionResults: { status: string }[] }[]} testResults
 */

/**
 * @param {Report} report
 * @param {number} exitCode vitest's own
 * @returns {Summary}
 */
export function summarize(report, exitCode) {
  const problems = report.testResults.filter(failedToLoad).map((file) => `Could not run ${file.name}`);
  const failed = report.numFailedTests;
  if (exitCode !== 0 && failed + problems.length === 0) {
    problems.push(`vitest ended with exit code ${exitCode} though no test failed: an unhandled error (see above).`);
  }
  return {
    passed: report.numPassedTests,
    failed,
    skipped: report.numPendingTests + report.numTodoTests,
    problems,
  };
}

/** @param {Summary} summary */
export function summaryLine({ passed, failed, skipped, problems }) {
  const line = `${passed} passed, ${failed + problems.length} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/** @param {Report['testResults'][number]} file */
function failedToLoad({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
}
