import { findPackage } from './installed-package.js';
import { PackageFiles } from './package-files.js';

/** The name that the old client is installed under, beside the one of today. */
const PACKAGE = 'socket.io-client-0.9';

/** `socket.io.js`, with the version and the transports that pages may name; the one bundle holds all of them. */
const BUNDLE = /^socket\.io(?:\+[a-z-]{1,20}){0,10}(?:\.v\d{1,3}\.\d{1,3}\.\d{1,3})?\.js$/;
const FLASH = /^static\/flashsocket\/(WebSocketMain(?:Insecure)?\.swf)$/;

/**
 * The original browser client of Socket.IO 0.9 with its Flash shim, out of the official package, looked for at the first
 * request.
 *
 * @param name that the package is installed under.
 */
export function legacyClientFiles(report: (error: unknown) => void, name = PACKAGE): PackageFiles {
  return new PackageFiles(
    () => {
      const found = findPackage(name);
      if (found !== undefined) return found;
      throw new Error(
        `option legacyClient: its package is not installed; npm install ${name}@npm:socket.io-client@0.9.17`,
      );
    },
    fileOf,
    report,
  );
}

function fileOf(name: string): string | undefined {
  return BUNDLE.test(name) ? 'socket.io.js' : FLASH.exec(name)?.[1];
}
