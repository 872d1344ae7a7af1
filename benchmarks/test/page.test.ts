import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rendered } from '../charts.mjs';
import { readReport } from '../lib/stored.mjs';
import { goalNames } from '../scenarios/index.mjs';

const docs = new URL('../../docs/', import.meta.url);

it('docs/performance.md, its appendix and its charts match the report', async () => {
  for (const [name, text] of await rendered()) {
    const file = new URL(name, docs);
    expect(existsSync(file) && readFileSync(file, 'utf8'), `${name} (npm run bench -- charts)`).toBe(text);
  }
});

it('the report has figures for all goals, in at least three rounds, and no failures', () => {
  const rows = readReport('latest')?.rows ?? [];
  const measured = new Set(rows.map((row) => row.scenario));
  for (const name of goalNames) expect(measured).toContain(name);
  for (const { scenario, variant, rounds, failures, peers } of rows) {
    expect(failures, `${scenario} ${variant}`).toEqual({});
    const least = goalNames.includes(scenario) ? 3 : 1;
    for (const { name } of peers)
      expect(rounds[name]?.length, `${scenario} ${variant}, ${name}`).toBeGreaterThanOrEqual(least);
  }
});
