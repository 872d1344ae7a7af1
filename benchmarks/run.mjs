import { mkdirSync, writeFileSync } from 'node:fs';
import { describeMachine } from './lib/machine.mjs';
import { parseOptions, USAGE } from './lib/options.mjs';
import { toLines, toMarkdown, toTextTable } from './lib/report.mjs';
import { runRounds } from './lib/rounds.mjs';
import { loadScenario } from './scenarios/index.mjs';

const RESULTS = new URL('./results/', import.meta.url);

/** @param {ReturnType<typeof parseOptions>} options */
async function bench(options) {
  const scenarios = await Promise.all(options.scenarios.map(loadScenario));
  const machine = describeMachine();
  const { rows, unavailable } = await runRounds({
    ...options,
    scenarios,
    say: (text) => process.stderr.write(`${text}\n`),
  });
  const peers = options.peers.filter((peer) => !unavailable[peer.name]);
  if (peers.length === 0) throw new Error('none of the servers could be loaded');
  const lines = toLines(rows, peers);

  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL(`${options.name}.md`, RESULTS), toMarkdown(lines, peers, machine, unavailable));
  const report = { machine, peers, unavailable, lines, rows };
  writeFileSync(new URL(`${options.name}.json`, RESULTS), `${JSON.stringify(report, null, 1)}\n`);

  process.stdout.write(`\n${toTextTable(lines, peers)}\n\nratios to ${peers[0].title} = 1, less is better\n`);
  for (const [name, reason] of Object.entries(unavailable)) process.stdout.write(`left out, ${name}: ${reason}\n`);
  return reportFailures(rows);
}

/** @param {import('./types.d.ts').RowResult[]} rows */
function reportFailures(rows) {
  const failures = rows.flatMap((row) =>
    Object.entries(row.failures).map(([peer, reason]) => `${row.scenario} ${row.variant}, ${peer}: ${reason}`),
  );
  for (const failure of failures) process.stdout.write(`failed, ${failure}\n`);
  return failures.length === 0;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else if (!(await bench(options))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
