import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** An npm package on disk. */
export interface InstalledPackage {
  readonly folder: string;
  readonly version: string;
}

/**
 * Finds an npm package on disk: among the dependencies of this library first, then among those of the application.
 * A bundle may run where there is no package at all, so this is called when a file is asked for, never at import.
 *
 * @returns undefined when the package is not installed.
 */
export function findPackage(name: string): InstalledPackage | undefined {
  for (const place of searchPlaces()) {
    const manifest = resolve(`${name}/package.json`, place);
    if (manifest === undefined) continue;
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    return { folder: dirname(manifest), version };
  }
  return undefined;
}

/** Files from whose folders packages are looked for. */
export function searchPlaces(): string[] {
  const application = join(process.cwd(), 'package.json');
  // Bundled as an ES module, this file has no name of its own.
  return typeof __filename === 'string' ? [__filename, application] : [application];
}

function resolve(specifier: string, place: string): string | undefined {
  try {
    return createRequire(place).resolve(specifier);
  } catch {
    return undefined;
  }
}
