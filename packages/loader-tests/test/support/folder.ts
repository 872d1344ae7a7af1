import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type InstallOptions, install } from './install.js';
import { here } from './packages.js';

const folders: string[] = [];

// Registered when the file is loaded: tests make folders and share them, and a hook that a test registers would not run.
// Folders with many packages take a while to go on a slow disk.
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}, 120_000);

/** A new folder, which goes when the file's tests have ended. */
export function emptyFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sio-loader-')));
  folders.push(folder);
  return folder;
}

export interface ProjectOptions extends InstallOptions {
  /** Fields of its `package.json`. @default { private: true } */
  readonly manifest?: object;
  /** Names of files or folders in `fixtures`, which are copied into it. */
  readonly fixtures?: readonly string[];
}

/** A folder with the project of a user, and with packages installed. */
export function project(
  names: readonly string[],
  { manifest, fixtures = [], ...options }: ProjectOptions = {},
): string {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true, ...manifest }));
  for (const name of fixtures)
    cpSync(join(here, 'fixtures', name), join(folder, name.split('/').at(-1)!), { recursive: true });
  install(folder, names, options);
  return folder;
}
