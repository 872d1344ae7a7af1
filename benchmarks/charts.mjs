import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { drawCharts } from './lib/charts.mjs';
import { withTables } from './lib/page.mjs';
import { toMarkdown } from './lib/report.mjs';
import { readReport } from './lib/stored.mjs';

const DOCS = new URL('../docs/', import.meta.url);

/** docs/performance.md, its appendix and charts, and the reports' own pages. @returns {Promise<Map<string, string>>} by file */
export async function rendered() {
  const [report, other] = ['latest', 'node24'].map(readReport);
  if (report === undefined) throw new Error('there is no report yet: npm run bench');
  const files = new Map();
  for (const page of ['performance.md', 'appendix/measurements.md'])
    files.set(page, withTables(readFileSync(new URL(page, DOCS), 'utf8'), report, other));
  for (const [name, svg] of await drawCharts(report.rows)) files.set(`performance/${name}.svg`, svg);
  files.set('../benchmarks/results/latest.md', toMarkdown(report));
  if (other) files.set('../benchmarks/results/node24.md', toMarkdown(other));
  return files;
}

if (process.argv[1]?.endsWith('run.mjs') || process.argv[1]?.endsWith('charts.mjs')) {
  mkdirSync(new URL('performance/', DOCS), { recursive: true });
  for (const [name, text] of await rendered()) writeFileSync(new URL(name, DOCS), text);
}
