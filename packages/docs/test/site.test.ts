import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaNode } from 'execa';
import { globSync } from 'tinyglobby';
import { expect, it, onTestFinished } from 'vitest';
import { root } from '../src/entries.mjs';

it('the site is built without a dead link, and can be read by programs', { timeout: 300_000 }, async () => {
  const site = mkdtempSync(join(tmpdir(), 'sio-site-'));
  onTestFinished(() => rmSync(site, { recursive: true }));
  const vitepress = `${root}docs/node_modules/vitepress/bin/vitepress.js`;
  await execaNode(vitepress, ['build', '--outDir', site], { cwd: `${root}docs`, all: true });
  for (const page of ['index', 'getting-started', 'troubleshooting', 'options', 'api/core/README', 'migration']) {
    expect(readFileSync(join(site, `${page}.html`), 'utf8')).toContain('<h1');
  }
  expect(existsSync(join(site, 'llms.txt'))).toBe(true);
});

/** Characters of code in one cell of a table, beyond which no reader takes it in. */
const CELL = 200;

it('no table of a page has a type that fills a paragraph', () => {
  const pages = globSync('docs/**/*.md', { cwd: root, ignore: ['**/node_modules/**', 'docs/appendix/**'] });
  const long = pages.flatMap((page) =>
    readFileSync(root + page, 'utf8')
      .replace(/<!--.*?-->/gs, '')
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .flatMap((line) => line.split(/(?<!\\)\|/))
      .filter((cell) => [...cell.matchAll(/`[^`]+`/g)].join('').length > CELL)
      .map((cell) => `${page}: ${cell.trim().slice(0, 80)}`),
  );
  expect(long).toEqual([]);
});
