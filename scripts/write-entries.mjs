// Completes the build of a published package. TypeScript has compiled it to CommonJS, which every loader takes; here
// each entry of `exports` gets an ES module of its own that passes the CommonJS exports on. So a process that both
// imports and requires the package has each class once, whatever loads it.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const dist = join(process.cwd(), 'dist');
const load = createRequire(join(dist, 'entries.js'));

// The package's own type is `module`, for its sources.
writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
// Older compilers stop at syntax that they do not know. Their error message names the file, so the file's name says why.
writeFileSync(join(dist, 'needs-typescript-5.0-or-newer.d.ts'), 'This package needs TypeScript 5.0 or newer.\n');
for (const target of Object.values(manifest.exports)) {
  if (typeof target !== 'object' || !('import' in target)) continue;
  // The name of the entry is also that of its source.
  const name = basename(target.import.default, '.mjs');
  const source = `'./${name}.js'`;
  const exported = load(`./${name}.js`);
  const names = Object.keys(exported).filter((each) => each !== 'default');
  /** @type {Record<string, string>} */
  const files = {
    mjs: `export {\n${names.map((each) => `  ${each},\n`).join('')}} from ${source};\n`,
    'd.mts': `export * from ${source};\n`,
  };
  if ('default' in exported) {
    // What `require()` gives is the default export itself, with the named ones on it.
    const members = ['default', ...names].map((each) => `module.exports.${each} = exported.${each};\n`).join('');
    files.cjs = `'use strict';\nconst exported = require(${source});\n\nmodule.exports = exported.default;\n${members}`;
    files['d.cts'] = `export * from ${source};\nexport { default } from ${source};\n`;
    files.mjs = `import required from './${name}.cjs';\n\n${files.mjs}\nexport default required;\n`;
    // To an ES module, "default" of a CommonJS module would mean all that it exports.
    files['d.mts'] += `\ndeclare const exported: typeof import(${source}).default;\nexport default exported;\n`;
  }
  for (const [ending, text] of Object.entries(files)) writeFileSync(join(dist, `${name}.${ending}`), text);
}
