import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** Versions of the official client, as their packages are installed here. */
export const VERSIONS = ['0.8', '0.9', '1.0', '1.4', '1.7', '2.0', '2.5', '3.1', '4.0', '4.8'] as const;

/** The client for a browser, by version. */
export const bundles: ReadonlyMap<string, string> = new Map(VERSIONS.map((version) => [version, bundleOf(version)]));

/** Packages have it in different places; the oldest forbid nothing, later ones name what others may load. */
function bundleOf(version: string): string {
  const name = `socket.io-client-${version}`;
  const folder = (require.resolve.paths(name) ?? []).map((path) => join(path, name)).find((path) => existsSync(path));
  if (folder === undefined) throw new Error(`${name} is not installed`);
  const file = ['dist/socket.io.js', 'socket.io.js'].map((path) => join(folder, path)).find((path) => existsSync(path));
  if (file === undefined) throw new Error(`${dirname(folder)} has no client for browsers`);
  return readFileSync(file, 'utf8');
}
