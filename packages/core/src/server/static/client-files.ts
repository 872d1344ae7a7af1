import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PackageFiles } from './package-files.js';

const require = createRequire(import.meta.url);

const BUNDLES = ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js'];
const NAMES: ReadonlySet<string> = new Set(BUNDLES.flatMap((name) => [name, `${name}.map`]));

/** The browser client, out of the official `socket.io-client` package. */
export function clientFiles(): PackageFiles {
  const manifest = require.resolve('socket.io-client/package.json');
  const { version } = require(manifest) as { version: string };
  return new PackageFiles(join(dirname(manifest), 'dist'), version, (name) => (NAMES.has(name) ? name : undefined));
}
