import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { execa } from 'execa';
import { runTests } from './tests.mjs';

/** @typedef {(args: string[]) => Promise<number>} Command  resolves to the exit code */

/** Milliseconds between looks at whether the npm that started us still runs: it may end without passing a signal on. */
const ORPHAN_CHECK_MS = 250;

/**
 * Runs a program on our terminal. It ends when we do.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {string} [cwd]
 * @param {Record<string, string>} [variables]
 * @returns {Promise<number>} its exit code
 */
export async function run(file, args, cwd = process.cwd(), variables = {}) {
  const parent = process.ppid;
  const env = { DO_NOT_TRACK: '1', TURBO_TELEMETRY_DISABLED: '1', ...variables };
  const child = execa(file, args, { cwd, env, stdio: 'inherit', preferLocal: true, localDir: cwd, reject: false });
  const stop = () => void child.kill('SIGTERM');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  const watch = setInterval(() => process.ppid !== parent && stop(), ORPHAN_CHECK_MS).unref();
  const { exitCode, signal } = await child;
  clearInterval(watch);
  return exitCode ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal ?? 'SIGKILL')];
}

/** Unchanged tasks come from turbo's cache. @param {...string} names @returns {Command} */
const tasks =
  (...names) =>
  (args) =>
    run('turbo', ['run', ...names, '--output-logs=new-only', ...args]);

/**
 * Builds a package with what it depends on, then runs one of its scripts.
 *
 * @param {string} directory
 * @param {string} script
 * @returns {Command}
 */
const builtScript = (directory, script) => async (args) => {
  if (!existsSync(`${directory}/package.json`)) throw new Error(`There is no ${directory}`);
  const { scripts } = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8'));
  if (scripts[script] === undefined)
    throw new Error(`${directory} has no script ${script}: its README says how it is used`);
  const built = await tasks('build')([`--filter={./${directory}}...`]);
  if (built !== 0) return built;
  const [file = '', ...words] = scripts[script].split(' ');
  return run(file, [...words, ...args], `${process.cwd()}/${directory}`);
};

/** @type {Record<string, Command>} */
export const commands = {
  // A name is that of an example, or of a framework, which has a chat of its own.
  start: ([name = 'chatterbox', ...args]) =>
    builtScript(`examples/${existsSync(`examples/chatterbox-${name}`) ? `chatterbox-${name}` : name}`, 'start')(args),
  bench: builtScript('benchmarks', 'bench'),
  fuzz: builtScript('packages/stress', 'fuzz'),
  soak: builtScript('packages/stress', 'soak'),
  faults: builtScript('packages/cluster', 'faults'),
  kafka: builtScript('packages/cluster', 'kafka'),
  load: builtScript('packages/stress', 'load'),
  attacks: builtScript('packages/stress', 'attacks'),
  loaders: builtScript('packages/loader-tests', 'loaders'),
  trace: builtScript('packages/stress', 'trace'),
  // The programs that read what observers write: `npm test` goes without them.
  collector: async () => {
    const fetched = await run('.ci/collector', []);
    const files = ['packages/opentelemetry/test/otlp.test.ts', 'packages/prometheus/test/promtool.test.ts'];
    return fetched === 0 ? run('vitest', ['run', ...files], process.cwd(), { SIO_REQUIRE_TOOLS: '1' }) : fetched;
  },
  'cve-suite': builtScript('packages/cve-suite', 'start'),
  build: tasks('build'),
  docs: (args) => run('vitepress', ['dev', ...args], `${process.cwd()}/docs`),
  // Every page in Chromium; `npm test` looks at one of each kind.
  'docs:check': () => run('vitest', ['run', 'packages/docs/test/site.test.ts'], process.cwd(), { SIO_PAGES: 'all' }),
  'docs:reference': builtScript('packages/docs', 'generate'),
  'docs:build': (args) => run('vitepress', ['build', ...args], `${process.cwd()}/docs`),
  typecheck: tasks('build', 'check:types'),
  lint: tasks('check:lint'),
  test: (args) => runTests(() => tasks('build', 'check:package', 'check:types', 'check:lint')(['--continue']), args),
};
