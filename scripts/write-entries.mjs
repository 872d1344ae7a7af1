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
  if (typeof target === 'object' && 'import' in target) writeEntry(basename(target.import.default, '.mjs'));
}

/** @param {string} name of the entry, which is also that of its source */
function writeEntry(name) {
  const exported = load(`./${name}.js`);
  const names = Object.keys(exported).filter((each) => each !== 'default');
  const module = [`export {\n${names.map((each) => `  ${each},\n`).join('')}} from './${name}.js';`];
  const types = [`export * from './${name}.js';`];
  if ('default' in exported) {
    // What `require()` gives is the default export itself, with the named ones on it.
    const required = [
      `'use strict';`,
      `const exported = require('./${name}.js');`,
      '',
      'module.exports = exported.default;',
      ...['default', ...names].map((each) => `module.exports.${each} = exported.${each};`),
    ];
    const requiredTypes = [`export * from './${name}.js';`, `export { default } from './${name}.js';`];
    write(`${name}.cjs`, required);
    write(`${name}.d.cts`, requiredTypes);
    module.unshift(`import required from './${name}.cjs';`, '');
    module.push('', 'export default required;');
    // To an ES module, "default" of a CommonJS module would mean all that it exports.
    types.push('', `declare const exported: typeof import('./${name}.js').default;`, 'export default exported;');
  }
  write(`${name}.mjs`, module);
  write(`${name}.d.mts`, types);
}

/** @param {string} file @param {string[]} lines */
function write(file, lines) {
  writeFileSync(join(dist, file), `${lines.join('\n')}\n`);
}
