import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly import: Target; readonly default: Target }>>;
}

interface Target {
  readonly types: string;
  readonly default: string;
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

describe.each(entries.filter(({ target }) => typeof target === 'object'))(
  'the built $specifier',
  ({ specifier, name, target }) => {
    it('gives the same to import and require(), each class once', () => {
      const code = `
        import { createRequire } from 'node:module';
        const imported = await import('${specifier}');
        const required = createRequire(process.cwd() + '/')('${specifier}');
        const names = [...new Set([...Object.keys(imported), ...Object.keys(required)])];
        console.log(JSON.stringify(names.filter((name) => !(name in imported && imported[name] === required[name]))));
      `;
      const args = ['--no-warnings', '--input-type=module', '--eval', code];
      expect(JSON.parse(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }))).toEqual([]);
    });

    it('comes with source maps', () => {
      if (typeof target !== 'object') throw new Error('unreachable');
      const map = target.default.default.replace(/\.c?js$/, '.js.map');
      expect(existsSync(`${root}packages/${name.slice(5)}/${map}`)).toBe(true);
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

describe.each(published)('the published $name', ({ name }) => {
  const folder = `${root}packages/${name.slice(5)}`;

  it('tells its repository, its page, its author and where to report bugs', () => {
    const { repository, bugs, author } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    const directory = `packages/${name.slice(5)}`;
    const homepage = `${bugs.url.replace(/issues$/, '')}tree/main/${directory}#readme`;
    const expected = { repository: { ...repository, directory }, homepage, bugs, author };
    expect(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))).toMatchObject({
      ...expected,
      publishConfig: { access: 'public' },
    });
  });

  it('has a README whose links work on the page of a registry', () => {
    const links = [...readFileSync(`${folder}/README.md`, 'utf8').matchAll(/\]\(([^)#\s]+)/g)].map(([, link]) => link);
    expect(links.filter((link) => !link?.startsWith('https://'))).toEqual([]);
  });
});

describe('the repository', () => {
  const text = (path: string) => readFileSync(`${root}${path}`, 'utf8');

  it('has the scope and the name in RELEASING.md', () => {
    expect(text('RELEASING.md')).toMatch(/organisation `sio` on npm, for the scope `@sio`/);
    expect(text('RELEASING.md')).toMatch(/package `sio`, without a scope, belongs to another\s+project/);
  });

  it('publishes with provenance, and tries it out for each change', () => {
    expect(JSON.parse(text('package.json')).scripts.release).toMatch(/publish --provenance --access public/);
    expect(text('.github/workflows/release.yml')).toMatch(/id-token: write/);
    expect(text('.github/workflows/ci.yml')).toMatch(/pnpm -r publish --dry-run/);
  });
});
