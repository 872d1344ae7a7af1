import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entries, root } from '../../packages/docs/src/entries.mjs';

const text = (path: string) => readFileSync(root + path, 'utf8');
const folderOf = ({ source }: { readonly source: string }) => source.replace(/\/src\/.*$/, '');
const published = [...new Set(entries.map(folderOf))].map((directory) => ({
  ...JSON.parse(text(`${directory}/package.json`)),
  directory,
}));

/** Another project's folder, in which the built packages are installed. */
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sio-packaging-'));
  mkdirSync(join(folder, 'node_modules/@sio'), { recursive: true });
  for (const { name, directory } of published) symlinkSync(root + directory, join(folder, 'node_modules', name));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.each(entries)('the built $specifier', ({ specifier, source }) => {
  it('exports the same to import and require(), each class once', () => {
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
    expect(existsSync(root + source.replace('/src/', '/dist/').replace(/\.ts$/, '.js.map'))).toBe(true);
  });
});

describe.each(published)('the published $name', ({ name, directory, dependencies = {}, ...manifest }) => {
  it('needs only types of its dependencies and peers', () => {
    const { peerDependencies = {} } = manifest;
    const needed = readdirSync(`${root}${directory}/dist`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.d.ts'))
      .flatMap((file) => [
        ...text(`${directory}/dist/${file}`).matchAll(/\b(?:from|import\() ?'((?:@[^/']+\/)?[^./'][^/']*)/g),
      ])
      .map(([, needs = '']) => needs)
      .filter((needs) => !needs.startsWith('node:') && needs !== name && !(needs in peerDependencies));
    const hasTypes = (needs: string) =>
      `@types/${needs}` in dependencies ||
      /"(?:types|typings)":/.test(text(`${directory}/node_modules/${needs}/package.json`));
    const missing = [...new Set(needed)].filter((needs) => !(needs in dependencies && hasTypes(needs)));
    expect(missing).toEqual([]);
  });

  it('names its repository, its page, its author and where to report bugs', () => {
    const { repository, bugs, author } = JSON.parse(text('package.json'));
    const homepage = `${bugs.url.replace(/issues$/, '')}tree/main/${directory}#readme`;
    const expected = { repository: { ...repository, directory }, homepage, bugs, author };
    expect(manifest).toMatchObject({ ...expected, publishConfig: { access: 'public' } });
  });

  it('has a README whose links work on the page of a registry', () => {
    const links = [...text(`${directory}/README.md`).matchAll(/\]\(([^)#\s]+)/g)].map(([, link]) => link);
    expect(links.filter((link) => !link?.startsWith('https://'))).toEqual([]);
  });
});

describe('the repository', () => {
  it('has the scope and the name in RELEASING.md', () => {
    expect(text('RELEASING.md')).toMatch(/organisation `sio` on npm, for the scope `@sio`/);
    expect(text('RELEASING.md')).toMatch(/package `sio`, without a scope, belongs to another\s+project/);
  });

  it('publishes with provenance, with a dry run for each change', () => {
    expect(JSON.parse(text('package.json')).scripts.release).toMatch(/publish --provenance --access public/);
    expect(text('.github/workflows/release.yml')).toMatch(/id-token: write/);
    expect(text('.github/workflows/ci.yml')).toMatch(/pnpm -r publish --dry-run/);
  });
});
