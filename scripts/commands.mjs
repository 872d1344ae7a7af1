import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { execa } from 'execa';
import { runTests } from './tests.mjs';

/** @typedef {(args: string[]) => Promise<number>} Command  resolves to the exit code */

/**
 * Runs a program on our terminal. It ends when we do.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {string} [folder]
 * @param {Record<string, string>} [variables]
 * @returns {Promise<number>} its exit code
 */
async function run(file, args, folder = '.', variables = {}) {
  const parent = process.ppid;
  const env = { DO_NOT_TRACK: '1', TURBO_TELEMETRY_DISABLED: '1', ...variables };
  const child = execa(file, args, { cwd: folder, preferLocal: true, env, stdio: 'inherit', reject: false });
  const stop = () => void child.kill('SIGTERM');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  // The npm that started us may end without passing a signal on.
  const watch = setInterval(() => process.ppid !== parent && stop(), 250).unref();
  const { exitCode, signal } = await child;
  clearInterval(watch);
  return exitCode ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal ?? 'SIGKILL')];
}

/** Unchanged tasks come from turbo's cache. @param {...string} names @returns {Command} */
const tasks =
  (...names) =>
  (args) =>
    run('turbo', ['run', ...names, '--output-logs=new-only', ...args]);

/** Builds a package with what it depends on, then runs one of its scripts. @param {string} folder @param {string} script @returns {Command} */
const builtScript = (folder, script) => async (args) => {
  if (!existsSync(`${folder}/package.json`)) throw new Error(`There is no ${folder}`);
  const { scripts } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  if (scripts[script] === undefined)
    throw new Error(`${folder} has no script ${script}: its README says how it is used`);
  const built = await tasks('build')([`--filter={./${folder}}...`]);
  const [file = '', ...words] = scripts[script].split(' ');
  return built || run(file, [...words, ...args], folder);
};

/** Scripts that are commands, by their package. */
const SCRIPTS = Object.entries({
  benchmarks: ['bench'],
  'packages/cluster': ['faults', 'kafka'],
  'packages/loader-tests': ['loaders'],
  'packages/stress': ['fuzz', 'soak', 'load', 'attacks', 'trace'],
});

/** @type {Record<string, Command>} */
export const commands = {
  ...Object.fromEntries(SCRIPTS.flatMap(([folder, names]) => names.map((name) => [name, builtScript(folder, name)]))),
  // A name is that of an example, or of a framework, which has a chat of its own.
  start: ([name = 'chatterbox', ...args]) =>
    builtScript(`examples/${existsSync(`examples/chatterbox-${name}`) ? `chatterbox-${name}` : name}`, 'start')(args),
  // The programs that read what observers write: `npm test` goes without them.
  async collector() {
    const files = ['packages/opentelemetry/test/otlp.test.ts', 'packages/prometheus/test/promtool.test.ts'];
    return (await run('.ci/collector', [])) || run('vitest', ['run', ...files], '.', { SIO_REQUIRE_TOOLS: '1' });
  },
  // The images of our files for Docker, built and run: they fetch packages.
  images: async () => {
    const built = await tasks('build')([]);
    const settings = { SIO_IMAGES: '1', SIO_REQUIRE_SERVICES: '1', SIO_REQUIRE_TOOLS: '1' };
    return built === 0
      ? run('vitest', ['run', 'packages/loader-tests/test/images.test.ts'], process.cwd(), settings)
      : built;
  },
  'cve-suite': builtScript('packages/cve-suite', 'start'),
  build: tasks('build'),
  docs: (args) => run('vitepress', ['dev', ...args], 'docs'),
  // Every page in Chromium; `npm test` looks at one of each kind.
  'docs:check': () => run('vitest', ['run', 'packages/docs/test/site.test.ts'], '.', { SIO_PAGES: 'all' }),
  'docs:reference': builtScript('packages/docs', 'generate'),
  'docs:build': (args) => run('vitepress', ['build', ...args], 'docs'),
  typecheck: tasks('build', 'check:types'),
  lint: tasks('check:lint'),
  test: (args) => runTests(() => tasks('build', 'check:package', 'check:types', 'check:lint')(['--continue']), args),
};
