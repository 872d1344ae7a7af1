import { findPackage } from './installed-package.js';
import { PackageFiles } from './package-files.js';

const BUNDLES = ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js'];
const NAMES: ReadonlySet<string> = new Set(BUNDLES.flatMap((name) => [name, `${name}.map`]));

/** The browser client, out of the official `socket.io-client` package, looked for at the first request. */
export function clientFiles(report: (error: unknown) => void): PackageFiles {
  return new PackageFiles(
    () => {
      const found = findPackage('socket.io-client');
      if (found !== undefined) return found;
      throw new Error(
        'option serveClient: the package socket.io-client is not installed; npm install socket.io-client',
      );
    },
    (name) => (NAMES.has(name) ? name : undefined),
    report,
  );
}
