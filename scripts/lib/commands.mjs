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
  ['start', builtScript('examples/chatterbox', 'start')],
  ['bench', builtScript('benchmarks', 'bench')],
  ['build', tasks('build')],
  ['typecheck', tasks('build', 'check:types')],
  ['lint', tasks('check:lint')],
  ['test', test],
]);

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
