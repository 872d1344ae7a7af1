import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { drawCharts } from './lib/charts.mjs';
import { withTables } from './lib/page.mjs';
import { toMarkdown } from './lib/report.mjs';
import { readReport } from './lib/stored.mjs';

const DOCS = new URL('../docs/', import.meta.url);

/** README.md, docs/performance.md and its charts as the reports make them. @returns {Promise<Map<string, string>>} by file */
export async function rendered() {
  const report = readReport('latest');
  if (report === undefined) throw new Error('there is no report yet: npm run bench');
  const files = new Map();
  for (const page of ['performance.md', '../README.md'])
    files.set(page, withTables(readFileSync(new URL(page, DOCS), 'utf8'), report, readReport('node24')));
  for (const [name, svg] of await drawCharts(report.rows)) files.set(`performance/${name}.svg`, svg);
  return files;
}

/** The report as a page of its own. @param {string} name */
function writeMarkdown(name) {
  const report = readReport(name);
  if (report) writeFileSync(new URL(`./results/${name}.md`, import.meta.url), toMarkdown(report));
}

if (process.argv[1]?.endsWith('run.mjs') || process.argv[1]?.endsWith('charts.mjs')) {
  mkdirSync(new URL('performance/', DOCS), { recursive: true });
  for (const [name, text] of await rendered()) writeFileSync(new URL(name, DOCS), text);
  for (const name of ['latest', 'node24']) writeMarkdown(name);
}
