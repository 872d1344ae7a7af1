import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../../../', import.meta.url));
/** This package, with a slash at its end. Its dependencies include everything that the tests install. */
export const here = fileURLToPath(new URL('../../', import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
}

export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** The version of a dependency of this package. */
export function versionOf(name: string): string {
  return manifestOf(join(here, 'node_modules', name)).version;
}

/** A package of ours, as its tarball holds it. */
export interface Packed {
  readonly manifest: Manifest;
  /** Where the tarball is unpacked. */
  readonly folder: string;
  /** Its sources in this repository, which have its dependencies installed. */
  readonly origin: string;
}

/** Names of all packages that are published. */
export const published: readonly string[] = readdirSync(`${root}packages`)
  .filter((name) => existsSync(`${root}packages/${name}/package.json`))
  .filter((name) => !manifestOf(`${root}packages/${name}`).private)
  .map((name) => manifestOf(`${root}packages/${name}`).name);

let packed: ReadonlyMap<string, Packed> | undefined;

/** Packs every published package as `pnpm publish` does, and unpacks the tarballs; once for each state of the build. */
export function packedPackages(): ReadonlyMap<string, Packed> {
  packed ??= new Map(published.map((name) => [name, pack(name)]));
  return packed;
}

function pack(name: string): Packed {
  const origin = `${root}packages/${name.slice('@sio/'.length)}`;
  const cache = join(tmpdir(), `sio-loader-tests-${process.getuid?.() ?? 0}`);
  const folder = join(cache, `${name.slice('@sio/'.length)}-${fingerprint(origin)}`);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const work = mkdtempSync(join(cache, 'packing-'));
    execFileSync(`${root}node_modules/.bin/pnpm`, ['pack', '--pack-destination', work], { cwd: origin, stdio: 'pipe' });
    const [tarball = ''] = readdirSync(work);
    execFileSync('tar', ['-xzf', tarball], { cwd: work });
    // Another test file may have been as fast: both have the same content.
    if (!existsSync(folder)) renameSync(join(work, 'package'), folder);
    rmSync(work, { recursive: true });
  }
  return { manifest: manifestOf(folder), folder, origin };
}

/** A key that changes with every build. */
function fingerprint(origin: string): string {
  const hash = createHash('sha1');
  for (const part of ['package.json', 'README.md', 'dist', 'templates']) {
    for (const file of filesOf(join(origin, part))) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${file} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile());
}
