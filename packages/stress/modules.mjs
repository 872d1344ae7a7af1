// The published core is one file. Its inner modules, which `npm run fuzz` loads, are built apart, into `dist/core`.
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { FILES } from './dist/fuzz/under-test.js';

const src = resolve('../core/src');

await build({
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: 'dist/core',
    target: 'es2022',
    minify: false,
    rollupOptions: {
      input: [...new Set(Object.values(FILES))].map((file) => join(src, file.replace(/\.js$/, '.ts'))),
      output: { preserveModules: true, preserveModulesRoot: src, entryFileNames: '[name].js' },
    },
  },
});
