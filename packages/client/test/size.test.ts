import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('the package adds less than 4 kB to socket.io-client', async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    external: ['socket.io-client'],
  });
  expect(gzipSync(outputFiles[0]?.contents ?? '').length).toBeLessThan(4096);
});
