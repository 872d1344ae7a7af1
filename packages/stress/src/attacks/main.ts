// npm run attacks -- [--full] [--only name] [--core path/to/core/dist/index.js]
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { attacks } from './attacks.js';
import { drawn, measure } from './measure.js';

const { values } = parseArgs({
  options: { full: { type: 'boolean', default: false }, only: { type: 'string' }, core: { type: 'string' } },
});
/** Waves of a short run. */
const FEW = 2;

// Paths are relative to where npm was called.
const path =
  values.core === undefined
    ? createRequire(import.meta.url).resolve('@sio/core')
    : resolve(process.env.INIT_CWD ?? '.', values.core);
for (const attack of attacks) {
  if (values.only !== undefined && values.only !== attack.name) continue;
  const result = await measure(attack, pathToFileURL(path), values.full ? attack.waves : FEW);
  console.log(drawn(attack, result));
  if (result.hasEnded || result.growth > attack.bound) process.exitCode = 1;
}
process.exit();
