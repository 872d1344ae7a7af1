import { expect, it } from 'vitest';
import { ADAPTER_LINES, CONTRACT_LINES, checkAdapters } from '../lib/adapters.mjs';

const check = (files: Record<string, string>) => checkAdapters(Object.keys(files), (file) => files[file]!);
const lines = (count: number) => 'x();\n'.repeat(count);

it('lets an adapter be as long as it may be, comments and its session helper aside', () => {
  const files = {
    'packages/koa/src/index.ts': `// a comment\n\n/** another */\n${lines(ADAPTER_LINES)}`,
    'packages/koa/src/session.ts': lines(500),
    'packages/core/src/index.ts': lines(5000),
    'packages/koa/test/contract.test.ts': lines(CONTRACT_LINES - 1),
  };
  expect(check(files)).toEqual([]);
});

it('complains about a longer one, all of its files together', () => {
  const files = { 'packages/koa/src/a.ts': lines(ADAPTER_LINES), 'packages/koa/src/b.ts': lines(1) };
  expect(check(files)).toEqual([
    `packages/koa/src has ${ADAPTER_LINES + 1} lines of code without session.ts; ${ADAPTER_LINES} are allowed`,
  ]);
});

it('complains when putting an adapter to the contract takes a long file', () => {
  expect(check({ 'packages/hapi/test/contract.test.ts': lines(CONTRACT_LINES) })).toEqual([
    `packages/hapi/test/contract.test.ts has ${CONTRACT_LINES} lines; ${CONTRACT_LINES - 1} are allowed`,
  ]);
});
