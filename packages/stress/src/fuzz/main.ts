// npm run fuzz -- [--inputs 100000] [--minutes 5] [--seed 1] [--target name] [--input text] [--plain] [--record] [--capture]
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { readCorpus, writeCaptures, writeCorpus } from './corpus.js';
import { fuzz } from './fuzz.js';
import { record } from './record.js';
import { capture } from './servers/capture.js';
import { Broken, type CrowdTarget, type Target } from './target.js';
import type { DifferentialTarget } from './targets/differential.js';
import { allTargets } from './targets/index.js';
import { serverTargets } from './targets/servers.js';
import { loadUnderTest } from './under-test.js';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string' },
    // For each target, instead of a number of inputs.
    minutes: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    target: { type: 'string', default: '' },
    plain: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    // As a failure has named it.
    input: { type: 'string' },
    capture: { type: 'boolean', default: false },
  },
});

if (values.capture) {
  writeCaptures(await capture());
  process.exit();
}

const core = new URL('../core/', import.meta.url);
const seed = Number(values.seed);
const all: (Target | CrowdTarget)[] = [...allTargets(await loadUnderTest(core)), ...serverTargets()];
const exactly = all.filter(({ name }) => name === values.target);
const targets = exactly.length > 0 ? exactly : all.filter(({ name }) => name.includes(values.target));

// V8 tells of what runs for the first time in a process, so that each target has one of its own.
if (targets.length > 1) {
  for (const { name } of targets) {
    const args = [...process.execArgv, ...process.argv.slice(1), '--seed', String(seed), '--target', name];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
  process.exit();
}

/** Of inputs, unless it is said how many. */
const ENOUGH = { decoder: 1_000_000, server: 20_000 };

const corpus = readCorpus();
const isOurs = (url: string) => /\/(?:(?:core|express|koa|fastify|hapi)\/dist|stress\/dist\/core)\//.test(url);
const time = Number(values.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
const guide = values.plain || values.input !== undefined ? {} : { guidedBy: isOurs };

for (const target of targets) {
  const crowd = 'runAll' in target;
  // Of the many inputs that decoders refuse they would take most of the time.
  if (!crowd && values.input === undefined) Error.stackTraceLimit = 0;
  const known = values.input === undefined ? (corpus.inputs[target.name] ?? []) : [JSON.parse(values.input) as string];
  const usual = values.minutes === undefined ? ENOUGH[crowd ? 'server' : 'decoder'] : Number.POSITIVE_INFINITY;
  const inputs = values.input === undefined ? Number(values.inputs ?? usual) : 0;
  try {
    const result = await fuzz(target, { inputs, time, seed, corpus: known, ...guide });
    if (crowd) await target.close();
    const rate = Math.round(result.inputs / (result.milliseconds / 1000));
    console.log(`${target.name}: ${result.inputs} inputs, ${result.found.length} new, ${rate}/s`);
    if (!values.record) continue;
    corpus.inputs[target.name] = [...known, ...result.found];
    if ('examples' in target) keepExamples(target as DifferentialTarget);
    writeCorpus(corpus);
    record(target.name, seed, result);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    console.error(error.message);
    process.exitCode = 1;
    if (!values.record) continue;
    corpus.inputs[target.name] = [...known, error.input];
    writeCorpus(corpus);
  }
}

function keepExamples({ name, examples }: DifferentialTarget): void {
  corpus.differences[name] = Object.fromEntries([...examples].sort());
}
