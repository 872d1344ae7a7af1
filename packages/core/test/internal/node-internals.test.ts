import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { carriesContext } from '../../src/internal/node-internals.js';

describe('undocumented behaviour of Node', () => {
  test('a resource shows whether an AsyncLocalStorage held something when it was made', () => {
    const storage = new AsyncLocalStorage<string>();
    const within = storage.run('held', () => new AsyncResource('within'));
    expect(carriesContext(within)).toBe(true);
  });

  test('a resource of a process without such storage carries nothing', () => {
    const program = fileURLToPath(new URL('fixtures/no-storage.mjs', import.meta.url));
    expect(execFileSync(process.execPath, [program]).toString()).toBe('0');
  });
});
