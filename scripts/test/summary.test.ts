import { expect, it } from 'vitest';
import { summarize, summaryLine } from '../lib/summary.mjs';

const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
const line = (changes: object, exitCode = 0) => summaryLine(summarize({ ...report, ...changes }, exitCode));

it('counts what passed and failed', () => {
  expect(line({})).toBe('3 passed, 0 failed');
  expect(line({ numFailedTests: 2 }, 1)).toBe('3 passed, 2 failed');
});

it('tells skipped tests only when there are any', () => {
  expect(line({ numPendingTests: 1, numTodoTests: 1 })).toBe('3 passed, 0 failed, 2 skipped');
});

it('counts a file that could not be loaded as a failure', () => {
  expect(line({ testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }] }, 1)).toBe(
    '3 passed, 1 failed',
  );
});

it('counts an unhandled error outside every test as a failure', () => {
  expect(line({}, 1)).toBe('3 passed, 1 failed');
});
