import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { service } from './services.js';

/** Releases of python-socketio: 4.6 speaks Engine.IO 3, 5.x speaks Engine.IO 4. */
export type PythonClient = '4.6' | '5.x';

/** Where `.ci/run` makes an environment for each. */
const ENVIRONMENTS = fileURLToPath(new URL('../../../.python', import.meta.url));

/**
 * The Python interpreter of the environment with that release, for tests that need one.
 * Says once per process what is skipped for want of it.
 *
 * @returns `undefined` when there is none
 * @throws Error instead, when the environment says `SIO_REQUIRE_SERVICES=1`
 */
export function pythonWith(release: PythonClient): string | undefined {
  if (service('python3') === undefined) return undefined;
  const path = `${ENVIRONMENTS}/${release}/bin/python`;
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    const text = `python-socketio ${release} is not installed (.ci/python makes an environment with it)`;
    if (process.env.SIO_REQUIRE_SERVICES === '1')
      throw new Error(`${text}, and SIO_REQUIRE_SERVICES=1 wants its tests run`);
    console.warn(`Skipped: tests that need it, since ${text}.`);
    return undefined;
  }
}
