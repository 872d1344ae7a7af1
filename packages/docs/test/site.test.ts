import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaNode } from 'execa';
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
