// Joins the modules of a published package into one file, `dist/core.js` for the core, and an entry beside it for each of its
// `exports`. Node needs a third of a millisecond to find, read and compile a module, so a package of three hundred small ones
// is expensive to import. Declarations stay one file for each module: only editors and compilers read them.
import { readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { build } from 'vite';

const { name, exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const dist = join(process.cwd(), 'dist');
const entries = Object.values(exports)
  .filter((target) => typeof target === 'object')
  .map((target) => basename(target.import.default, '.mjs'));

for (const old of globSync(['**/*.{js,js.map,mjs,cjs}'], { cwd: dist, absolute: true })) rmSync(old);

const escaped = (/** @type {string} */ unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** V8 keeps the text of a file, with two bytes for each character if one of them is not of Latin-1. @type {import('vite').Plugin} */
const asciiOnly = {
  name: 'ascii-only',
  // After Vite's own compiler, which writes escapes as the characters that they stand for.
  renderChunk: { order: 'post', handler: (code) => ({ code: code.replace(/[^\0-\x7f]/g, escaped), map: null }) },
};

await build({
  configFile: false,
  plugins: [asciiOnly],
  logLevel: 'warn',
  publicDir: false,
  build: {
    ssr: true,
    outDir: dist,
    emptyOutDir: false,
    target: 'es2022',
    minify: false,
    sourcemap: true,
    rollupOptions: {
      input: Object.fromEntries(entries.map((entry) => [entry, resolve('src', `${entry}.ts`)])),
      // Every dependency is the application's to install.
      external: (id) => !/^[./\0]/.test(id),
      treeshake: false,
      output: {
        format: 'cjs',
        exports: 'named',
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        // An entry holds nothing but its exports. The check of Node's version is a file of its own, written so that old versions can
        // parse it, and the first to be loaded.
        manualChunks(id, { getModuleInfo }) {
          if (id.endsWith('/supported-node.ts')) return 'supported-node';
          return getModuleInfo(id)?.isEntry ? undefined : basename(name);
        },
        hoistTransitiveImports: false,
        sourcemapExcludeSources: true,
      },
    },
  },
});
