import { describe, expect, it } from 'vitest';
import { versionTests } from '../check-sources.mjs';
import { summarize } from '../tests.mjs';

describe('a file above the dialects', () => {
  it.each([
    'if (conn.protocol === 3) {}',
    'if (4 === socket.conn.protocol) {}',
    'if (conn.protocol < 4) {}',
    "if (generation === 'eio3') {}",
    "if ('eio4' !== this.dialect.generation) {}",
    "if (query.get('EIO') === '3') {}",
    'const old = request.query.EIO;',
    "if (url.includes('EIO=4')) {}",
    "switch (kind) { case 'eio3': break; }",
    'switch (socket.conn.protocol) {}',
    "if (dialect.name === 'legacy') {}",
    'if ([2, 3].includes(conn.protocol)) {}',
  ])('does not test for a protocol version: %s', (text) => {
    expect(versionTests(`// first\n${text}`)).toEqual(['2 tests for a protocol version: ask the dialect']);
  });

  it.each([
    'const shown = conn.protocol;',
    "export type ProtocolVersion = '0.9' | 'eio3' | 'eio4';",
    "if (request.protocol === 'https') {}",
    '// a client of protocol === 3 waits here',
    '/**\n * protocol === 3\n */',
    'if (dialect.pingsFirst) {}',
  ])('mentions one: %s', (text) => {
    expect(versionTests(text)).toEqual([]);
  });
});

describe('the last line of a test run', () => {
  const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

  it('counts tests', () => {
    expect(summarize(report, 0).line).toBe('3 passed, 0 failed');
    expect(summarize({ ...report, numFailedTests: 2, numTodoTests: 1 }, 1).line).toBe('3 passed, 2 failed, 1 skipped');
  });

  it('counts a failed check, a file that does not load and an unhandled error as failures', () => {
    const unloaded = [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }];
    expect(summarize({ ...report, testResults: unloaded }, 1, ['lint']).line).toBe('3 passed, 2 failed');
    expect(summarize(report, 1).line).toBe('3 passed, 1 failed');
  });
});
