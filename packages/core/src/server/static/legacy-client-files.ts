import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PackageFiles } from './package-files.js';

/** The name that the old client is installed under, beside the one of today. */
const PACKAGE = 'socket.io-client-0.9';

/** `socket.io.js`, with the version and the transports that pages may name; the one bundle holds all of them. */
const BUNDLE = /^socket\.io(?:\+[a-z-]{1,20}){0,10}(?:\.v\d{1,3}\.\d{1,3}\.\d{1,3})?\.js$/;
const FLASH = /^static\/flashsocket\/(WebSocketMain(?:Insecure)?\.swf)$/;

/** Ours, or the application's. */
const PLACES: readonly string[] = [import.meta.url, join(process.cwd(), 'package.json')];

/**
 * The original browser client of Socket.IO 0.9 with its Flash shim, out of the official package.
 * @param name that the package is installed under.
 * @throws Error when the package is not installed.
 */
export function legacyClientFiles(name = PACKAGE): PackageFiles {
  const manifest = findManifest(name);
  const { version } = createRequire(import.meta.url)(manifest) as { version: string };
  return new PackageFiles(join(dirname(manifest), 'dist'), version, fileOf);
}

function fileOf(name: string): string | undefined {
  return BUNDLE.test(name) ? 'socket.io.js' : FLASH.exec(name)?.[1];
}

function findManifest(name: string): string {
  for (const from of PLACES) {
    try {
      return createRequire(from).resolve(`${name}/package.json`);
    } catch {
      // The next place.
    }
  }
  throw new Error(`option legacyClient: its package is not installed; npm install ${name}@npm:socket.io-client@0.9.17`);
}
