import { writeFileSync } from 'node:fs';
import { describeMachine } from './lib/machine.mjs';
import { parseOptions, USAGE } from './lib/options.mjs';
import { toMarkdown, toSections, toText } from './lib/report.mjs';
import { runRounds } from './lib/rounds.mjs';
import { keepReport } from './lib/stored.mjs';
import { loadScenario } from './scenarios/index.mjs';

/** What `npm run bench -- name` does apart from measuring scenarios. */
const PROGRAMS = new Map([
  ['codec', './codec.mjs'],
  ['cluster', './cluster.mjs'],
  ['charts', './charts.mjs'],
  ['objects', './objects.mjs'],
]);

/** @param {ReturnType<typeof parseOptions>} options */
async function bench(options) {
  const scenarios = await Promise.all(options.scenarios.map(loadScenario));
  const { rows, unavailable } = await runRounds({
    ...options,
    scenarios,
    say: (text) => process.stderr.write(`${text}\n`),
    keep: (measured, missing) => keep(options.name, measured, missing),
  });
  if (options.peers.every((peer) => unavailable[peer.name])) throw new Error('none of the servers could be loaded');

  process.stdout.write(`\n${toText(toSections(rows))}\n`);
  for (const [name, reason] of Object.entries(unavailable)) process.stdout.write(`left out, ${name}: ${reason}\n`);
  return reportFailures(rows);
}

/**
 * After each scenario, so that a run that is cut short was not in vain.
 * @param {string} name
 * @param {import('./types.d.ts').RowResult[]} rows
 * @param {Record<string, string>} unavailable
 */
function keep(name, rows, unavailable) {
  const report = keepReport(name, { machine: describeMachine(), unavailable, rows });
  writeFileSync(new URL(`./results/${name}.md`, import.meta.url), toMarkdown(report));
}

/** @param {import('./types.d.ts').RowResult[]} rows */
function reportFailures(rows) {
  const failures = rows.flatMap((row) =>
    Object.entries(row.failures).map(([peer, reason]) => `${row.scenario} ${row.variant}, ${peer}: ${reason}`),
  );
  for (const failure of failures) process.stdout.write(`failed, ${failure}\n`);
  return failures.length === 0;
}

const program = PROGRAMS.get(process.argv.slice(2).find((arg) => arg !== '--') ?? '');
try {
  if (program !== undefined) await import(program);
  else {
    const options = parseOptions(process.argv.slice(2));
    if (options.help) process.stdout.write(USAGE);
    else if (!(await bench(options))) process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
