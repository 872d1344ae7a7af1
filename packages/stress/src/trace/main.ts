import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Trace, trace, WAYS, type Way } from './trace.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, in: { type: 'string' } },
});
const unknown = positionals.filter((name) => !WAYS.includes(name as Way));
if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(', ')}. Known: ${WAYS.join(', ')}`);
const root = values.in === undefined ? new URL('../../../../', import.meta.url) : pathToFileURL(`${values.in}/`);

const counts: Record<string, { files: number; functions: number }> = {};
for (const way of positionals.length === 0 ? WAYS : (positionals as Way[])) {
  const found = await trace(way, root);
  counts[way] = { files: found.size, functions: [...found.values()].flat().length };
  if (!values.json) print(way, found);
}
if (values.json) console.log(JSON.stringify(counts));
// Deadlines of the core keep the process up for a while.
process.exit();

function print(way: Way, found: Trace): void {
  console.log(`${way}: ${counts[way]?.files} files, ${counts[way]?.functions} functions`);
  for (const [file, functions] of found) console.log(`  ${file}: ${functions.join(', ')}`);
}
