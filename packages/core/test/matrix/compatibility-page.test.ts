import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type NamedCell, nodeCells, pageCells, pythonCells } from './cells.js';
import { features } from './features.js';

const ROOT = new URL('../../../../', import.meta.url);
const page = readFileSync(new URL('docs/appendix/clients.md', ROOT), 'utf8');

const letters = features.map((_, index) => String.fromCharCode(97 + index));

/** Impossible cells are numbered in the order in which they are met. */
const excuses: string[] = [];

function mark(reason: string | undefined): string {
  if (reason === undefined) return '✓';
  if (!excuses.includes(reason)) excuses.push(reason);
  return `– ${excuses.indexOf(reason) + 1}`;
}

/** A table as the page shall have it: one row for each group of tests, one mark for each test in it. */
function tableOf(cells: readonly NamedCell[]): string {
  const rows = cells.map((cell) => [cell.name, ...features.map((feature) => mark(feature.cannot?.(cell)))]);
  const lines = [['Client', ...letters], ['---', ...letters.map(() => ':---:')], ...rows];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

const tables = [
  ['Node', tableOf(nodeCells)],
  ['Chromium', tableOf(pageCells)],
  ['Python', tableOf(pythonCells)],
] as const;

describe('docs/appendix/clients.md', () => {
  it.each(tables)('has a mark for each test of the matrix in %s, and for no other', (_, table) => {
    expect(page).toContain(table);
  });

  it('calls the features as the tests are called', () => {
    expect(page).toContain(features.map(({ name }, index) => `| ${letters[index]} | ${name} |`).join('\n'));
  });

  it('says why a feature without a mark is impossible', () => {
    expect(page).toContain(excuses.map((reason, index) => `${index + 1}. ${reason}`).join('\n'));
  });

  it('names an existing test for everything else, by its title', () => {
    const named = [...page.matchAll(/\[([^\]`]+)\]\((?:\.\.\/){2}(packages\/[^)#]+\.test\.ts)\)/g)];
    expect(named.length).toBeGreaterThan(20);
    for (const [, title = '', file = ''] of named) {
      expect(titlesOf(readFileSync(new URL(file, ROOT), 'utf8')), file).toContain(title);
    }
  });
});

/** Their names in a test file, as they are written there. */
function titlesOf(text: string): string[] {
  const literals = text.matchAll(/(?:\b(?:it|test|describe)\b[^'"`\n]*|^\s*|\)\()(['"`])((?:(?!\1).)+)\1/gm);
  return [...literals].map(([, , title = '']) => title);
}
