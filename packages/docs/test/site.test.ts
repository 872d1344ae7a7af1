import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { listen } from '@sio/test-kit';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, visit } from '@sio/test-kit/examples';
import axe from 'axe-core';
import { execaNode } from 'execa';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { root } from '../src/entries.mjs';

/** Where the site is built for the tests of this file. */
let site: string;

beforeAll(async () => {
  site = mkdtempSync(join(tmpdir(), 'sio-site-'));
  const vitepress = `${root}docs/node_modules/vitepress/bin/vitepress.js`;
  // A build makes short-lived objects by the gigabyte: with more room for them, collecting these takes half the time.
  const nodeOptions = ['--max-semi-space-size=64'];
  await execaNode(vitepress, ['build', '--outDir', site], { cwd: `${root}docs`, all: true, nodeOptions });
}, 600_000);
afterAll(() => rmSync(site, { recursive: true, force: true }));

const htmlPages = () => globSync('**/*.html', { cwd: site, ignore: '404.html' }).sort();

it('the site builds without a dead link, and programs can read it', () => {
  for (const page of [
    'index',
    'tutorial/1-chat',
    'troubleshooting',
    'options',
    'api/core/README',
    'migration',
    'examples',
  ]) {
    expect(readFileSync(join(site, `${page}.html`), 'utf8')).toContain('<h1');
  }
  for (const file of ['llms.txt', 'llms-full.txt', 'sitemap.xml', '404.html'])
    expect(existsSync(join(site, file)), file).toBe(true);
});

it('each page has a language, a title, a description, an address, a card for links, one main heading, and skips no level of headings', () => {
  const faults = htmlPages().flatMap((page) => {
    const html = readFileSync(join(site, page), 'utf8');
    const levels = [...(/<main[\s\S]*<\/main>/.exec(html)?.[0] ?? html).matchAll(/<h([1-6])\b/g)].map(([, level]) =>
      Number(level),
    );
    const jump = levels.find((level, index) => level > (levels[index - 1] ?? 0) + 1);
    const complaints = [
      !/<html lang="en"/.test(html) && 'no language',
      !/<title>[^<]{3,}<\/title>/.test(html) && 'no title',
      !/<meta name="description" content="[^"]{10,}"/.test(html) && 'no description',
      !/<link rel="canonical" href="https:[^"]+"/.test(html) && 'no canonical address',
      !/<meta property="og:description" content="[^"]{10,}"/.test(html) && 'no card for links to it',
      levels.filter((level) => level === 1).length !== 1 && 'not one main heading',
      jump !== undefined && `a heading of level ${jump} behind a higher one that is not the next`,
    ];
    return complaints.filter((complaint) => complaint !== false).map((complaint) => `${page}: ${complaint}`);
  });
  expect(faults).toEqual([]);
});

/** One page of each kind; with `SIO_PAGES=all`, which `npm run docs:check` sets, every page. */
const LOOKED_AT = [
  'index',
  'tutorial/1-chat',
  'how-to/jwt',
  'troubleshooting',
  'options/access',
  'api/core/classes/Socket',
];

it.skipIf(!chromiumPath)(
  'pages are accessible (axe), usable by keyboard, and as wide as a phone, and log no error to the console',
  { timeout: 1_800_000 },
  async () => {
    const files = createServer((req, res) => {
      const path = decodeURIComponent((req.url ?? '/').split('?')[0]!);
      const file = [path, `${path}.html`, `${path}index.html`]
        .map((name) => join(site, name))
        .find((name) => statSync(name, { throwIfNoEntry: false })?.isFile());
      if (file === undefined) return void res.writeHead(404).end();
      res
        .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
        .end(readFileSync(file));
    });
    const url = await listen(files);
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const pages = process.env.SIO_PAGES === 'all' ? htmlPages().map((page) => page.replace(/\.html$/, '')) : LOOKED_AT;
    const faults: string[] = [];
    const { page, problems } = await visit(browser, url);
    for (const name of pages) {
      await page.goto(`${url}/${name === 'index' ? '' : name}`);
      // Mermaid measures what it draws in the page: until all is drawn, that is wider.
      await page.waitForFunction(() => document.querySelectorAll('.diagram > pre').length === 0);
      const overflow = await overflowOnPhone(page);
      if (overflow > 0) faults.push(`${name}: it is ${overflow} pixels wider than a phone`);
      await page.keyboard.press('Tab');
      const first = await page.evaluate(() => document.activeElement?.textContent?.trim());
      if (first !== 'Skip to content')
        faults.push(`${name}: the first Tab does not lead to the link that skips the menu`);
      await page.evaluate(axe.source);
      // The search button of the theme shows its keys, which are no part of its name.
      const { violations } = await page.evaluate(() =>
        (globalThis as unknown as { axe: typeof axe }).axe.run({
          rules: { 'label-content-name-mismatch': { enabled: false } },
        }),
      );
      faults.push(...violations.map(({ id, nodes }) => `${name}: ${id} at ${nodes[0]?.target.join(' ')}`));
      faults.push(...problems.splice(0).map((problem) => `${name}: ${problem}`));
    }
    expect(faults).toEqual([]);
  },
);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** Characters of code in one cell of a table, beyond which no reader takes it in. */
const CELL = 200;

it('no table of a page has a type as long as a paragraph', () => {
  const pages = globSync('docs/**/*.md', { cwd: root, ignore: ['**/node_modules/**', 'docs/appendix/**'] });
  const long = pages.flatMap((page) =>
    readFileSync(root + page, 'utf8')
      .replace(/<!--.*?-->/gs, '')
      .split('\n')
      .filter((line) => line.startsWith('|'))
      // The last column of the reference is what a docstring says, which may list names.
      .flatMap((line) => line.split(/(?<!\\)\|/).slice(1, page.startsWith('docs/api/') ? -2 : -1))
      .filter((cell) => [...cell.matchAll(/`[^`]+`/g)].join('').length > CELL)
      .map((cell) => `${page}: ${cell.trim().slice(0, 80)}`),
  );
  expect(long).toEqual([]);
});

it('the gallery lists every example and how to start it', () => {
  const page = readFileSync(`${root}docs/examples.md`, 'utf8');
  const examples = readdirSync(`${root}examples`).filter((name) => {
    const manifest = `${root}examples/${name}/package.json`;
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).scripts.start !== undefined;
  });
  expect(examples.filter((name) => !page.includes(`../examples/${name}/README.md`))).toEqual([]);
});
