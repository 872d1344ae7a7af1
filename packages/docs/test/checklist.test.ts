import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root } from '../src/entries.mjs';

/** A row: what there is, and what shows it. */
interface Row {
  readonly line: string;
  readonly shown: readonly string[];
}

const pages = readdirSync(`${root}docs/appendix`).filter((name) => /^checklist.*\.md$/.test(name));

describe.each(pages)('docs/appendix/%s', (name) => {
  const rows = rowsOf(readFileSync(`${root}docs/appendix/${name}`, 'utf8'));

  it('has a proof in every row', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(({ shown }) => shown.length === 0 || shown.some((each) => !isProof(each)))).toEqual([]);
  });

  it('names tests that exist, by their titles', () => {
    const missing = rows
      .flatMap(({ shown }) => shown.map(testOf))
      .filter((test) => test !== undefined && !exists(test));
    expect(missing).toEqual([]);
  });

  it('links to headings that exist', () => {
    const missing = rows.flatMap(({ shown }) => shown.map(linkOf)).filter((link) => link !== undefined && !leads(link));
    expect(missing).toEqual([]);
  });
});

/** Pages with tables of differences from other servers. */
const DIFFERENCES = ['migration', 'moving/python-socketio', 'moving/gevent-socketio'];

describe.each(DIFFERENCES)('docs/%s.md', (name) => {
  const rows = differencesOf(readFileSync(`${root}docs/${name}.md`, 'utf8'));

  it('names a test for every difference in a comment', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(({ shown }) => shown.length === 0)).toEqual([]);
  });

  it('names tests that exist, by their titles', () => {
    const named = rows.flatMap(({ shown }) => shown.map(testOf));
    expect(named.filter((test) => test === undefined || !exists(test))).toEqual([]);
  });
});

describe('docs/cluster.md', () => {
  it('names tests that exist, by their titles, for its guarantees and for faults', () => {
    const page = readFileSync(`${root}docs/cluster.md`, 'utf8');
    const isNaming = (block: string) => /^\| (Guarantee|Event) \|/.test(block);
    const table = page.split(/\n\n+/).filter(isNaming).join('\n');
    // A row's title of an `each` ends with its parameter.
    const named = [...table.matchAll(/\| `([^`]+?)(?:: …)?` \|$/gm)].map(([, title = '']) => title);
    const folder = `${root}packages/cluster/test`;
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const sources = files.map((file) => readFileSync(`${folder}/${file}`, 'utf8')).join('\n');
    // Two titles name the fault of the broker by a variable.
    const asWritten = (title: string) => title.replace(/that (is killed|freezes)/, 'that ${fault}');
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((title) => !sources.includes(title) && !sources.includes(asWritten(title)))).toEqual([]);
  });
});

/** Rows of the tables that begin with `Here`, and the tests in their comments. */
function differencesOf(page: string): Row[] {
  const tables = page.split(/\n\n+/).filter((block) => block.startsWith('| Here |'));
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(2)
      .filter((line) => line !== '')
      .map((line) => ({ line, shown: [...line.matchAll(/<!-- (.+?) -->/g)].map(([, proof = '']) => proof) })),
  );
}

function rowsOf(page: string): Row[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| feature |'))
    .map((line) => {
      const cell = line.split(/(?<!\\)\|/).at(-2) ?? '';
      const shown = cell.split('<br>').map((each) => each.trim().replaceAll('\\|', '|'));
      return { line, shown: shown.filter((each) => each !== '') };
    });
}

interface Test {
  readonly file: string;
  readonly title: string;
}

function testOf(proof: string): Test | undefined {
  const [, file = '', title = ''] = /^`([^`]+)`: "(.+)"$/.exec(proof) ?? [];
  return file === '' ? undefined : { file, title };
}

function linkOf(proof: string): { file: string; heading: string } | undefined {
  const [, file = '', heading = ''] = /^\[[^\]]+\]\(\.\.\/([\w-]+\.md)#([\w-]+)\)$/.exec(proof) ?? [];
  return file === '' ? undefined : { file, heading };
}

const isProof = (proof: string): boolean => testOf(proof) !== undefined || linkOf(proof) !== undefined;

const titles = new Map<string, readonly string[]>();

function exists({ file, title }: Test): boolean {
  if (!existsSync(`${root}${file}`)) return false;
  const known = titles.get(file) ?? titlesOf(readFileSync(`${root}${file}`, 'utf8'));
  titles.set(file, known);
  return known.includes(title);
}

/** The titles of a file's tests: the first text behind `it(`, `test(` or what `.each(…)` returns, in whatever lines. */
function titlesOf(text: string): string[] {
  const literals = text.matchAll(/(?:\b(?:it|test|describe)\(|\)\()\s*(['"`])((?:\\.|(?!\1)[^\\\n])+)\1/g);
  return [...literals].map(([, , title = '']) =>
    title.replace(/\\u([\da-f]{4})/gi, (_, code) => String.fromCharCode(parseInt(code, 16))).replace(/\\(.)/g, '$1'),
  );
}

function leads({ file, heading }: { file: string; heading: string }): boolean {
  if (!existsSync(`${root}docs/${file}`)) return false;
  const headings = [...readFileSync(`${root}docs/${file}`, 'utf8').matchAll(/^#+ (.+)$/gm)];
  return headings.some(([, text = '']) => slug(text) === heading);
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
