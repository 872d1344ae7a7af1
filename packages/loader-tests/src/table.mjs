// Creates the tables of docs/loaders.md from the results of the tests in results/.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const results = fileURLToPath(new URL('../results/', import.meta.url));
const page = fileURLToPath(new URL('../../../docs/loaders.md', import.meta.url));

const BEGIN = '<!-- made by npm run loaders: begin -->';
const END = '<!-- made by npm run loaders: end -->';

/** Test files in the order of the page, each with its heading. */
const GROUPS = {
  runtimes: 'Runtimes',
  typescript: 'TypeScript',
  bundlers: 'Bundlers',
  'test-runners': 'Test runners',
  libraries: 'Libraries',
  applications: 'Applications',
  create: 'Templates',
};

/** @typedef {{ loader: string, version: string, what: string, result: string }} Result */

/** @returns {string} the page as it should be */
export function pageWithTable() {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const [, after] = (rest ?? '').split(END);
  if (after === undefined) throw new Error(`docs/loaders.md lacks ${BEGIN} or ${END}`);
  return `${before}${BEGIN}\n\n${tables()}\n\n${END}${after}`;
}

/** @returns {string} the page as it is */
export function currentPage() {
  return readFileSync(page, 'utf8');
}

export function writePage() {
  writeFileSync(page, pageWithTable());
}

function tables() {
  const files = new Set(readdirSync(results));
  return Object.entries(GROUPS)
    .filter(([name]) => files.has(`${name}.json`))
    .map(([name, heading]) => {
      /** @type {Result[]} */
      const rows = JSON.parse(readFileSync(`${results}${name}.json`, 'utf8'));
      return `### ${heading}\n\n| | Version | Works | Fails |\n|---|---|---|---|\n${lines(rows).join('\n')}`;
    })
    .join('\n\n');
}

/** One line for each version of a loader. @param {Result[]} rows */
function lines(rows) {
  return [...groupBy(rows).values()].map((group) => {
    const [{ loader, version } = { loader: '', version: '' }] = group;
    const said = (/** @type {string} */ result) =>
      group
        .filter((each) => each.result === result)
        .map(({ what }) => what)
        .join('; ') || '–';
    return `| ${loader} | ${version} | ${said('works')} | ${said('fails')} |`;
  });
}

/** @param {Result} row */
function keyOf({ loader, version }) {
  return `${loader} ${version}`;
}

/** What `Map.groupBy` does, which Node 20 lacks. @param {Result[]} rows */
function groupBy(rows) {
  /** @type {Map<string, Result[]>} */
  const groups = new Map();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
