import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { root } from '../src/entries.mjs';
import { readTutorial } from '../src/tutorial.mjs';

const written = new Map<string, string>();

it.each(readTutorial())(
  'a reader who writes the files of page $step, after those of earlier pages, gets its folder',
  ({ step, files }) => {
    for (const { name, text } of files) written.set(name, text);
    const folder = `${root}examples/tutorial/${step}/`;
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name !== 'public')
      .sort();
    // The tests write a history and pictures elsewhere; people who try the example write them here.
    const kept = names.filter((name) => !/^(?:files\b|history\.jsonl)/.test(name));
    const shown = [...written].filter(([name]) => name !== 'tsconfig.json').sort(([a], [b]) => (a < b ? -1 : 1));
    expect(shown.map(([name]) => name)).toEqual(kept);
    for (const [name, text] of shown) expect(text, name).toBe(readFileSync(folder + name, 'utf8'));
  },
);
