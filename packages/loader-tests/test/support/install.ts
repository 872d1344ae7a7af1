import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { here, manifestOf, packedPackages } from './packages.js';

export interface InstallOptions {
  /** Installs `@sio/socket.io` for every package that depends on `socket.io`, as an override in the application does. */
  readonly alias?: boolean;
}

/** A package to be installed. */
interface Source {
  /** The folder to copy. */
  readonly folder: string;
  /** Where its own dependencies are looked for. */
  readonly origin: string;
}

/**
 * Installs packages into `folder/node_modules` as npm does: flat where versions agree, nested where not. Ours come out of
 * their tarballs, others out of the dependencies of this package, so nothing is fetched.
 */
export function install(folder: string, names: readonly string[], { alias = false }: InstallOptions = {}): void {
  const installed = new Map<string, string>();
  const queue = names.map((name) => ({ name, from: here, at: folder, isPeer: false }));
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { name, from, at, isPeer } = next;
    const source = sourceOf(alias && name === 'socket.io' ? '@sio/socket.io' : name, from);
    if (source === undefined) continue;
    const seen = visible(installed, folder, at, name);
    if (seen === source.origin || (isPeer && seen !== undefined)) continue;
    const target = join(seen === undefined ? folder : at, 'node_modules', name);
    copyTree(source.folder, target);
    installed.set(target, source.origin);
    const { dependencies, optionalDependencies, peerDependencies = {} } = manifestOf(source.folder);
    for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      queue.push({ name: dependency, from: source.origin, at: target, isPeer: dependency in peerDependencies });
    }
  }
}

/** undefined for optional packages that are not there. */
function sourceOf(name: string, from: string): Source | undefined {
  const ours = packedPackages().get(name);
  if (ours !== undefined) return ours;
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) {
      const origin = realpathSync(candidate);
      return { folder: origin, origin };
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** Which package of that name a file of the package at `at` loads. */
function visible(installed: ReadonlyMap<string, string>, root: string, at: string, name: string): string | undefined {
  for (let folder = at; ; folder = dirname(folder)) {
    const origin = installed.get(join(folder, 'node_modules', name));
    if (origin !== undefined || folder === root) return origin;
  }
}

/** With hard links where the file system has them, for speed. */
function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (!existsSync(target)) copyFile(source, target);
  }
}

function copyFile(source: string, target: string): void {
  try {
    linkSync(realpathSync(source), target);
  } catch {
    copyFileSync(source, target);
  }
}
