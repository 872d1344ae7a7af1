// npm run fuzz -- [--inputs 1000000] [--seed 1] [--target name] [--plain] [--record]
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { readCorpus, writeCorpus } from './corpus.js';
import { fuzz } from './fuzz.js';
import { record } from './record.js';
import { Broken, type Target } from './target.js';
import type { DifferentialTarget } from './targets/differential.js';
import { allTargets } from './targets/index.js';
import { loadUnderTest } from './under-test.js';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    target: { type: 'string', default: '' },
    plain: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});

// Stack traces of the many inputs that are refused would take most of the time.
Error.stackTraceLimit = 0;
const core = new URL('../../../core/dist/', import.meta.url);
const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
const all = allTargets(await loadUnderTest(core));
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

const corpus = readCorpus();
const guide = values.plain ? {} : { guidedBy: (url: string) => url.startsWith(core.href) };

for (const target of targets) {
  const known = corpus.inputs[target.name] ?? [];
  try {
    const result = fuzz(target, { inputs, seed, corpus: known, ...guide });
    const rate = Math.round(inputs / (result.milliseconds / 1000));
    console.log(`${target.name}: ${inputs} inputs, ${result.found.length} new, ${rate}/s`);
    if (!values.record) continue;
    corpus.inputs[target.name] = [...known, ...result.found];
    keepExamples(target);
    writeCorpus(corpus);
    record(target.name, seed, result);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

function keepExamples(target: Target): void {
  const { examples } = target as Partial<DifferentialTarget>;
  if (examples !== undefined) corpus.differences[target.name] = Object.fromEntries([...examples].sort());
}
