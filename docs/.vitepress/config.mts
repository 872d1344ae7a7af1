import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type HeadConfig, type MarkdownRenderer } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';
import { sidebar } from './sidebar.mts';

/** A part of the page itself: no path that could be wrong. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#5546d6"/><path d="M8 11h16M8 16h10M8 21h16" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>',
)}`;

type Token = ReturnType<MarkdownRenderer['parse']>[number];

const manifest = JSON.parse(readFileSync(new URL('../../packages/core/package.json', import.meta.url), 'utf8'));
const repository: string = manifest.repository.url.replace(/^git\+|\.git$/g, '');
const DOCS = fileURLToPath(new URL('..', import.meta.url));
const [owner, name] = repository.split('/').slice(-2);
/** Where the site is published. The workflow that does so names the place, below which all links then are. */
const published = new URL(process.env.SIO_SITE_URL ?? `https://${owner}.github.io/${name}/`);
const base = process.env.SIO_SITE_URL === undefined ? '/' : published.pathname;

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

/** A page as the search reads it, with its `keywords`: words that a user types and the page does not use. */
function searchable(source: string, env: { frontmatter?: Record<string, unknown> }, md: MarkdownRenderer): string {
  const html = md.render(source, env);
  const { search, keywords } = env.frontmatter ?? {};
  if (search === false) return '';
  return keywords === undefined ? html : html.replace('</h1>', `</h1><p>${keywords}</p>`);
}

/** When each file of `docs/` was last changed, in milliseconds: one question to git, where VitePress asks one for each page. */
function changeTimes(): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  const { stdout = '' } = spawnSync('git', ['log', '--format=%ct', '--name-only', '--relative', '.'], {
    cwd: DOCS,
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  let time = 0;
  for (const line of (stdout ?? '').split('\n').filter(Boolean)) {
    if (/^\d+$/.test(line)) time = Number(line) * 1000;
    else if (!times.has(line)) times.set(line, time);
  }
  return times;
}
const changed = changeTimes();

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
/** Characters of a name beyond which this is true of a table of two columns. */
const LONG_NAME = 20;
/** Columns beyond which a table is one of figures, which are compared column by column. */
const MAX_COLUMNS = 6;

/** Pixels beyond which a drawing is too wide for a phone, and the part of its size at which its text is still readable. */
const WIDE = 600;
const LEAST_SCALE = 0.65;

/** On a phone, a row of a table with sentences becomes a list: each cell gets the name of its column, for the style sheet. */
function tablesOnPhones(tokens: Token[]): void {
  let table: Token | undefined;
  let names: string[] = [];
  let column = 0;
  let first = '';
  for (const [index, token] of tokens.entries()) {
    const text = tokens[index + 1]?.content ?? '';
    if (token.type === 'table_open') [table, names] = [token, []];
    else if (token.type === 'tr_open') [column, first] = [0, ''];
    else if (token.type === 'th_open') {
      names.push(text.replace(/[`*]/g, ''));
      if (names.length === MAX_COLUMNS) table?.attrJoin('class', 'dense');
      if (names.length > MAX_COLUMNS) table?.attrSet('class', 'figures');
    } else if (token.type === 'td_open') {
      if (column === 0) first = text;
      // Beside a long name, the second of two columns is too narrow for a sentence.
      const isNarrow = names.length > 2 || (column > 0 && first.length > LONG_NAME);
      const isList = isNarrow && names.length <= MAX_COLUMNS && text.length > LONG_CELL;
      if (isList && !table?.attrGet('class')?.includes('as-list')) table?.attrJoin('class', 'as-list');
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
  base,
  sitemap: { hostname: published.href },
  // llms.txt and a Markdown file of every page, for programs that read.
  vite: { plugins: [llmstxt()] },
  // Search engines and llms.txt show a description: without one of its own, a page has its first paragraph.
  transformPageData(page, { siteConfig }) {
    const time = changed.get(page.filePath);
    if (time !== undefined) page.lastUpdated = time;
    // A class is looked for by its name alone.
    page.title = page.title.replace(/\\?<.*$/, '');
    if (page.description !== '' || page.frontmatter.layout === 'home') return;
    page.description =
      firstParagraph(readFileSync(posix.join(siteConfig.srcDir, page.filePath), 'utf8')) || `Reference: ${page.title}`;
  },
  // The theme's home page has no main landmark.
  transformHtml: (html) => html.replace('class="VPContent is-home"', 'class="VPContent is-home" role="main"'),
  // Other sites show these when somebody shares a link; search engines know a page by its canonical address.
  transformHead({ page, title, description, assets }) {
    if (page === '404.md') return [['meta', { name: 'robots', content: 'noindex' }]];
    const href = new URL(page.replace(/(^|\/)index\.md$|\.md$/, '$1'), published).href;
    const picture = assets.find((file) => /\/chatterbox\.[^/]+\.png$/.test(file));
    const properties = {
      'og:type': 'website',
      'og:site_name': 'sio',
      'og:title': title,
      'og:description': description,
      'og:url': href,
      ...(picture && { 'og:image': new URL(picture.slice(base.length), published).href }),
    };
    return [
      ['link', { rel: 'canonical', href }],
      ['meta', { name: 'twitter:card', content: picture ? 'summary_large_image' : 'summary' }],
      ...Object.entries(properties).map(([property, content]): HeadConfig => ['meta', { property, content }]),
    ];
  },
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: ICON }]],
  // A dead link ends the build, except an address that a step of the tutorial starts a server at.
  ignoreDeadLinks: 'localhostLinks',
  // Links to files of the repository lead to its host.
  markdown: {
    // The highlighter does not know HAProxy's language.
    languageAlias: { haproxy: 'nginx' },
    // The usual themes have less contrast than WCAG asks for.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(md) {
      // The same block is coloured once, though pages share it and the search renders each page again: that halves the work.
      const { highlight } = md.options;
      const coloured = new Map<string, string>();
      md.options.highlight = (...block) => {
        const key = block.join('\n');
        const html = coloured.get(key) ?? highlight?.(...block) ?? '';
        coloured.set(key, html);
        return html;
      };
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
      md.core.ruler.push('new-lines', ({ tokens, env }) => highlightNewLines(tokens, env.relativePath ?? ''));
      md.core.ruler.push('tables-on-phones', ({ tokens }) => tablesOnPhones(tokens));
      // A wide drawing keeps a size at which its text can be read, and scrolls.
      md.core.ruler.push('drawings-on-phones', ({ tokens, env }) => {
        for (const [index, { type, children }] of tokens.entries()) {
          const [only, another] = type === 'inline' ? (children ?? []) : [];
          const source = only?.type === 'image' && another === undefined ? (only.attrGet('src') ?? '') : '';
          if (!source.endsWith('.svg')) continue;
          const drawing = readFileSync(posix.join(DOCS, posix.dirname(env.relativePath), source), 'utf8');
          const width = Number(/viewBox="0 0 (\d+)/.exec(drawing)?.[1]);
          if (!(width > WIDE)) continue;
          only?.attrSet('style', `--least: ${Math.round(width * LEAST_SCALE)}px`);
          tokens[index - 1]?.attrSet('class', 'drawing');
          tokens[index - 1]?.attrSet('tabindex', '0');
        }
      });
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
    search: {
      provider: 'local',
      options: {
        _render: searchable,
        miniSearch: {
          searchOptions: {
            boost: { title: 4, titles: 2, text: 1 },
            // Somebody who searches wants to do something: a guide comes before a class with the same word.
            boostDocument: (id: string) => (/^\/(?:api|appendix)\//.test(id) ? 0.2 : 1),
          },
        },
      },
    },
    notFound: {
      title: 'There is no such page',
      quote: 'It may have moved. The search in the bar above finds pages by their words.',
      linkLabel: 'to the first page',
      linkText: 'To the first page',
    },
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path`, text: 'Edit this page' },
  },
});
