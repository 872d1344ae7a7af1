import { existsSync } from 'node:fs';
import { ensureInstalled } from './install.mjs';
import { runPackageScript } from './package-script.mjs';
import { runTests } from './tests.mjs';
import { turbo } from './turbo.mjs';

const CHECKS = ['build', 'check:package', 'check:types', 'check:lint'];

/** @typedef {(args: string[]) => Promise<number>} Command  resolves to the exit code */

/**
 * @param {string[]} tasks
 * @returns {Command}
 */
const tasks =
  (...tasks) =>
  async (args) => {
    await ensureInstalled();
    return turbo(tasks, args);
  };

/**
 * Builds a package with what it depends on, then runs one of its scripts.
 *
 * @param {string} directory
 * @param {string} script
 * @returns {Command}
 */
const builtScript = (directory, script) => async (args) => {
  await ensureInstalled();
  const built = await turbo(['build'], [`--filter={./${directory}}...`]);
  return built === 0 ? runPackageScript(directory, script, args) : built;
};

/** @type {ReadonlyMap<string, Command>} */
export const commands = new Map([
  ['start', start],
  ['bench', builtScript('benchmarks', 'bench')],
  ['fuzz', builtScript('packages/stress', 'fuzz')],
  ['soak', builtScript('packages/stress', 'soak')],
  ['load', builtScript('packages/stress', 'load')],
  ['cve-suite', builtScript('packages/cve-suite', 'start')],
  ['trace', builtScript('packages/stress', 'trace')],
  ['build', tasks('build')],
  ['docs', builtScript('packages/docs', 'generate')],
  ['typecheck', tasks('build', 'check:types')],
  ['lint', tasks('check:lint')],
  ['test', test],
]);

/**
 * Runs the chat, or with the name of a framework the chat on that one.
 *
 * @type {Command}
 */
async function start([framework, ...args]) {
  const directory = framework === undefined ? 'examples/chatterbox' : `examples/chatterbox-${framework}`;
  if (!existsSync(directory)) throw new Error(`There is no example for '${framework}': ${directory} does not exist`);
  return builtScript(directory, 'start')(args);
}

/** @type {Command} */
function test(args) {
  return runTests({
    checks: async () => {
      await ensureInstalled();
      return turbo(CHECKS, ['--continue']);
    },
    args,
  });
}
