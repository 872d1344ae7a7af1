import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { defineConfig } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';
import { sidebar } from './sidebar.mts';

const manifest = JSON.parse(readFileSync(new URL('../../packages/core/package.json', import.meta.url), 'utf8'));
const repository: string = manifest.repository.url.replace(/^git\+|\.git$/g, '');

const changelog = readFileSync(new URL('../../packages/core/CHANGELOG.md', import.meta.url), 'utf8');
const released = [...changelog.matchAll(/^## (\d+\.\d+\.\d+\S*)/gm)].map(([, version]) => version);
/** The documents of a release are those of its tag. */
const versions = [
  { text: 'main (these pages)', link: '/' },
  ...released.map((version) => ({ text: `v${version}`, link: `${repository}/tree/@sio/core@${version}/docs` })),
  { text: 'Changelog', link: `${repository}/blob/main/packages/core/CHANGELOG.md` },
];

export default defineConfig({
  title: 'sio',
  description: 'A Socket.IO server that mounts on Express, Koa, Fastify and Hapi, and serves every Socket.IO client.',
  lang: 'en',
  cleanUrls: true,
  // llms.txt and a Markdown file of every page, for programs that read.
  vite: { plugins: [llmstxt()] },
  lastUpdated: true,
  // A dead link ends the build, except an address that a step of the tutorial starts a server at.
  ignoreDeadLinks: 'localhostLinks',
  // Links to files of the repository lead to its host.
  markdown: {
    config(md) {
      md.core.ruler.push('links-to-files', ({ tokens, env }) => {
        for (const { children } of tokens) {
          for (const token of children ?? []) {
            const href = token.type === 'link_open' ? (token.attrGet('href') ?? '') : '';
            if (!href.startsWith('.')) continue;
            const target = posix.join('docs', posix.dirname(env.relativePath), href);
            if (!target.startsWith('docs/')) token.attrSet('href', `${repository}/blob/main/${target}`);
          }
        }
      });
    },
  },
  themeConfig: {
    // Each kind of page has a place of its own: to learn, to get something done, to look up, to understand.
    nav: [
      { text: 'Tutorial', link: '/tutorial/' },
      { text: 'How-to', link: '/troubleshooting' },
      { text: 'Reference', link: '/options' },
      { text: 'Explanation', link: '/architecture' },
      { text: `v${manifest.version}`, items: versions },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path`, text: 'Edit this page' },
  },
});
