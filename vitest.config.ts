import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const packages = fileURLToPath(new URL('./packages/', import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run against the sources; only the packaging tests look at what is built.
    alias: [
      { find: /^@sio\/([a-z.-]+)$/, replacement: `${packages}$1/src/index.ts` },
      { find: /^@sio\/([a-z-]+)\/(?!package\.json$|dist\/)(.+)$/, replacement: `${packages}$1/src/$2.ts` },
    ],
  },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
      'benchmarks/test/**/*.test.ts',
      'scripts/test/**/*.test.ts',
    ],
    setupFiles: ['scripts/test-setup.mjs'],
    pool: 'forks',
    maxWorkers: 2,
    isolate: true,
    // A test that hangs ends; none is decided by how busy the machine is.
    testTimeout: 60_000,
    expect: { poll: { timeout: 30_000, interval: 10 } },
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
    retry: 0,
  },
});
