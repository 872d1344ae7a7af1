import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where `.ci/clients` puts what it fetches and builds. */
const FOLDER = fileURLToPath(new URL('../../../../.clients/', import.meta.url));

/**
 * The path of a client that `.ci/clients` has fetched or built, for tests that need one. Says what is skipped for want of it.
 *
 * @param name below `.clients`, such as `java/2.1.2`
 * @returns `undefined` when it is not there: its toolchain, or its registry, is not everywhere
 */
export function builtClients(name: string): string | undefined {
  const path = FOLDER + name;
  if (existsSync(path)) return path;
  console.warn(`Skipped: tests that need ${name}, since .ci/clients has not made it.`);
  return undefined;
}
