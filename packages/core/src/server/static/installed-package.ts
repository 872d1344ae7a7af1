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
  const manifest = findFile(`${name}/package.json`);
  if (manifest === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return { folder: dirname(manifest), version };
}

/**
 * Finds a file of an installed package: among the dependencies of a library first, then among those of the application.
 *
 * @param specifier the file as `require()` takes it: `uplot/dist/uPlot.min.css`, or `send` for the main file of a package
 * @param library a file of the library, its `__filename`; undefined in a bundle of ES modules, whose files have no name
 * @returns its path; undefined when the package is not installed
 */
export function findFile(specifier: string, library: string | undefined = ownFile()): string | undefined {
  const application = join(process.cwd(), 'package.json');
  for (const place of library === undefined ? [application] : [library, application]) {
    try {
      return createRequire(place).resolve(specifier);
    } catch {
      // The next place.
    }
  }
  return undefined;
}

function ownFile(): string | undefined {
  return typeof __filename === 'string' ? __filename : undefined;
}
