import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../lib/root.mjs';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
}

const published = readdirSync(`${root}packages`)
  .filter((name) => existsSync(`${root}packages/${name}/package.json`))
  .map((name) => JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8')) as Manifest)
  .filter((manifest) => !manifest.private);

const entries = published.flatMap(({ name, exports }) =>
  Object.entries(exports).map(([path, target]) => ({ specifier: name + path.slice(1), name, target })),
);

/** Another project's folder, in which the built packages are installed. */
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sio-packaging-'));
  mkdirSync(join(folder, 'node_modules/@sio'), { recursive: true });
  for (const { name } of published) symlinkSync(`${root}packages/${name.slice(5)}`, join(folder, 'node_modules', name));
});

afterAll(() => rmSync(folder, { recursive: true }));

function exportsSeenBy(extension: 'cjs' | 'mjs', specifier: string): string[] {
  const file = join(folder, `look.${extension}`);
  const load = extension === 'cjs' ? `require('${specifier}')` : `await import('${specifier}')`;
  writeFileSync(file, `console.log(JSON.stringify(Object.keys(${load})));`);
  return JSON.parse(execFileSync(process.execPath, ['--no-warnings', file], { encoding: 'utf8' })) as string[];
}

describe.each(entries.filter(({ target }) => typeof target === 'object'))(
  'the built $specifier',
  ({ specifier, name, target }) => {
    it('can be loaded with require() as well as with import, and gives the same', () => {
      const imported = exportsSeenBy('mjs', specifier);
      const required = exportsSeenBy('cjs', specifier).filter((key) => key !== '__esModule');
      // An entry that says itself what `require()` gives may give less.
      if (imported.includes('module.exports')) expect(imported).toEqual(expect.arrayContaining(required));
      else expect(required).toEqual(imported);
    });

    it('comes with types and source maps', () => {
      const files = typeof target === 'object' ? [target.types, target.default, `${target.default}.map`] : [];
      const missing = files.filter((file) => !existsSync(`${root}packages/${name.slice(5)}/${file}`));
      expect(missing).toEqual([]);
    });
  },
);

describe.each(published)('the types of the built $name', ({ name, dependencies = {}, peerDependencies = {} }) => {
  it('need nothing but what is installed with the package, and its peers', () => {
    const brought = { ...dependencies, ...peerDependencies };
    const dist = `${root}packages/${name.slice(5)}/dist`;
    const needed = readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.d.ts'))
      .flatMap((file) => [...readFileSync(join(dist, file), 'utf8').matchAll(/\b(?:from|import\() ?'([^'.][^']*)'/g)])
      .map(([, specifier = '']) => (/^@[^/]+\/[^/]+|^[^/]+/.exec(specifier) as RegExpExecArray)[0])
      .filter((needs) => !needs.startsWith('node:') && needs !== name);
    const missing = [...new Set(needed)].filter(
      (needs) => !(needs in brought && (needs in peerDependencies || hasTypes(name, needs, brought))),
    );
    expect(missing).toEqual([]);
  });
});

/** Of its own, or in a package that is installed as well. */
function hasTypes(name: string, dependency: string, brought: Readonly<Record<string, string>>): boolean {
  if (`@types/${dependency}` in brought) return true;
  const file = `${root}packages/${name.slice(5)}/node_modules/${dependency}/package.json`;
  return /"(?:types|typings)":/.test(readFileSync(file, 'utf8'));
}
