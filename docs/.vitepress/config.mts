import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { defineConfig, type MarkdownRenderer } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';
import { sidebar } from './sidebar.mts';

type Token = ReturnType<MarkdownRenderer['parse']>[number];

const manifest = JSON.parse(readFileSync(new URL('../../packages/core/package.json', import.meta.url), 'utf8'));
const repository: string = manifest.repository.url.replace(/^git\+|\.git$/g, '');

/** The text of the first paragraph of a page, without its Markdown, cut to what search engines show. */
function firstParagraph(page: string): string {
  const blocks = page.replace(/^---\n[\s\S]*?\n---\n|<!--[\s\S]*?-->/g, '').split(/\n{2,}/);
  const paragraph = blocks.map((block) => block.trim()).find((block) => /^[\p{L}`*[]/u.test(block)) ?? '';
  const text = paragraph
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*\\]/g, '')
    .replace(/\s+/g, ' ');
  return text.length <= 160 ? text : `${text.slice(0, 157).replace(/\s\S*$/, '')}…`;
}

const changelog = readFileSync(new URL('../../packages/core/CHANGELOG.md', import.meta.url), 'utf8');
const released = [...changelog.matchAll(/^## (\d+\.\d+\.\d+\S*)/gm)].map(([, version]) => version);
/** The documents of a release are those of its tag. */
const versions = [
  { text: 'main (these pages)', link: '/' },
  ...released.map((version) => ({ text: `v${version}`, link: `${repository}/tree/@sio/core@${version}/docs` })),
  { text: 'Changelog', link: `${repository}/blob/main/packages/core/CHANGELOG.md` },
];

/** Characters of a cell beyond which a table of three or more columns has to be scrolled on a phone. */
const LONG_CELL = 40;
/** Columns beyond which a table is one of figures, which are compared column by column. */
const MAX_COLUMNS = 6;

/** On a phone, a row of a table with sentences becomes a list: each cell gets the name of its column, for the style sheet. */
function tablesOnPhones(tokens: Token[]): void {
  let table: Token | undefined;
  let names: string[] = [];
  let column = 0;
  for (const [index, token] of tokens.entries()) {
    const text = tokens[index + 1]?.content ?? '';
    if (token.type === 'table_open') [table, names] = [token, []];
    else if (token.type === 'tr_open') column = 0;
    else if (token.type === 'th_open') names.push(text.replace(/[`*]/g, ''));
    else if (token.type === 'td_open') {
      const isList = names.length > 2 && names.length <= MAX_COLUMNS && text.length > LONG_CELL;
      if (isList && table?.attrGet('class') == null) table?.attrSet('class', 'as-list');
      token.attrSet('data-column', names[column++] ?? '');
    }
  }
}

const tutorial = new URL('../../examples/tutorial/', import.meta.url);
const steps = readdirSync(tutorial).filter((name) => /^\d-/.test(name));

/** In the tutorial, a listing highlights the lines that the file of the step before does not have. */
function highlightNewLines(tokens: Token[], page: string): void {
  const before = steps[steps.indexOf(posix.basename(page, '.md')) - 1];
  if (!page.startsWith('tutorial/') || before === undefined) return;
  for (const token of tokens) {
    const name = /^\w+ \[(.+)\]$/.exec(token.info)?.[1];
    const file = new URL(`${before}/${name}`, tutorial);
    if (token.type !== 'fence' || name === undefined || !existsSync(file)) continue;
    const added = addedLines(readFileSync(file, 'utf8').split('\n'), token.content.split('\n'));
    if (added.length > 0) token.info = token.info.replace(' ', `{${added.join(',')}} `);
  }
}

/** Numbers of the lines of a text that an older one does not have: all but those of their longest common sequence. */
function addedLines(older: readonly string[], newer: readonly string[]): number[] {
  const rest = Array.from({ length: older.length + 1 }, () => new Uint16Array(newer.length + 1));
  const at = (i: number, j: number) => rest[i]?.[j] ?? 0;
  for (let i = older.length - 1; i >= 0; i--)
    for (let j = newer.length - 1; j >= 0; j--)
      rest[i]![j] = older[i] === newer[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const added: number[] = [];
  for (let [i, j] = [0, 0]; j < newer.length; ) {
    if (older[i] === newer[j]) [i, j] = [i + 1, j + 1];
    else if (i < older.length && at(i + 1, j) >= at(i, j + 1)) i++;
    else added.push(++j);
  }
  return added;
}

export default defineConfig({
  title: 'sio',
  description: 'A Socket.IO server that mounts on Express, Koa, Fastify and Hapi, and serves every Socket.IO client.',
  lang: 'en',
  cleanUrls: true,
  // llms.txt and a Markdown file of every page, for programs that read.
  vite: { plugins: [llmstxt()] },
  lastUpdated: true,
  // Search engines and llms.txt show a description: without one of its own, a page has its first paragraph.
  transformPageData(page, { siteConfig }) {
    if (page.description !== '' || page.frontmatter.layout === 'home') return;
    page.description =
      firstParagraph(readFileSync(posix.join(siteConfig.srcDir, page.filePath), 'utf8')) || `Reference: ${page.title}`;
  },
  // The theme's home page has no main landmark.
  transformHtml: (html) => html.replace('class="VPContent is-home"', 'class="VPContent is-home" role="main"'),
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  // A dead link ends the build, except an address that a step of the tutorial starts a server at.
  ignoreDeadLinks: 'localhostLinks',
  // Links to files of the repository lead to its host.
  markdown: {
    // The highlighter does not know HAProxy's language.
    languageAlias: { haproxy: 'nginx' },
    // The usual themes have less contrast than WCAG asks for.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(md) {
      const { fence } = md.renderer.rules;
      md.renderer.rules.fence = (tokens, index, ...rest) => {
        const { info = '', content = '' } = tokens[index] ?? {};
        if (info.trim() !== 'mermaid') return fence?.(tokens, index, ...rest) ?? '';
        return `<Diagram code="${encodeURIComponent(content)}" />`;
      };
      // The theme's own rule drops attributes.
      md.renderer.rules.table_open = (tokens, index, options, _env, self) => {
        tokens[index]?.attrSet('tabindex', '0');
        return self.renderToken(tokens, index, options);
      };
      // A corner of a table without a text is no header: screen readers would announce an empty one.
      md.core.ruler.push('empty-headers', ({ tokens }) => {
        for (const [index, { type, content }] of tokens.entries()) {
          const [open, close] = [tokens[index - 1], tokens[index + 1]];
          if (type === 'inline' && content === '' && open?.type === 'th_open' && close !== undefined)
            open.tag = close.tag = 'td';
        }
      });
      md.core.ruler.push('new-lines', ({ tokens, env }) => highlightNewLines(tokens, env.relativePath));
      md.core.ruler.push('tables-on-phones', ({ tokens }) => tablesOnPhones(tokens));
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
      { text: 'How-to', link: '/how-to/' },
      { text: 'Reference', link: '/options' },
      { text: 'Explanation', link: '/architecture' },
      { text: 'Examples', link: '/examples' },
      { text: `v${manifest.version}`, items: versions },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path`, text: 'Edit this page' },
  },
});
