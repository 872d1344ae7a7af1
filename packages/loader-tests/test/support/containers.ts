import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { tool } from '@sio/test-kit/services';
import { afterAll } from 'vitest';
import { here } from './packages.js';
import { run } from './programs.js';

/** The image that our files for Docker begin with. */
export const BASE = 'docker.io/library/node:22-alpine';

/** Images and containers of this process alone, which go with it. */
const store = mkdtempSync(join(tmpdir(), 'sio-containers-'));
// By default Podman needs version 2 of control groups, which some build machines do not have.
const OLD_GROUPS = existsSync('/sys/fs/cgroup/cgroup.controllers')
  ? []
  : ['--cgroup-manager', 'cgroupfs', '--runtime', 'runc'];
const GLOBAL = [
  '--root',
  join(store, 'root'),
  '--runroot',
  join(store, 'run'),
  '--storage-driver',
  'vfs',
  ...OLD_GROUPS,
];

// Deleting the files of a dozen images takes minutes on a slow disk.
afterAll(async () => {
  if (!existsSync(join(store, 'root'))) return rmSync(store, { recursive: true });
  await podman('rm', '--all', '--force', '--time', '0');
  // Without root's rights, files of other users of the image can only be deleted in its namespace of users.
  if (process.getuid?.() === 0) rmSync(store, { recursive: true, force: true });
  else await podman('unshare', 'rm', '-rf', store);
}, 600_000);

/** Runs Podman. @returns what it prints @throws Error with that when it fails */
export async function podman(...args: string[]): Promise<string> {
  const { code, output } = await run(tool('podman')!, [...GLOBAL, ...args], { cwd: store });
  if (code !== 0) throw new Error(`podman ${args.join(' ')} ended with ${code}:\n${output}`);
  return output.trim();
}

/** Runs Podman. @returns whether it succeeds */
export async function podmanSucceeds(...args: string[]): Promise<boolean> {
  const { code } = await run(tool('podman')!, [...GLOBAL, ...args], { cwd: store });
  return code === 0;
}

/**
 * Fetches the image that our files begin with; where no registry of images can be reached, makes one with the same name and the same
 * programs: Node 22, npm, and BusyBox.
 *
 * @returns where it comes from
 */
export async function baseImage(): Promise<'Docker Hub' | 'made here'> {
  const hub = await fetch('https://registry-1.docker.io/v2/', { signal: AbortSignal.timeout(10_000) }).catch(
    () => undefined,
  );
  if (hub !== undefined) {
    await podman('pull', BASE);
    return 'Docker Hub';
  }
  const folder = join(store, 'base');
  makeRoot(join(folder, 'root'));
  writeFileSync(join(folder, 'Containerfile'), 'FROM scratch\nCOPY root /\nENV PATH=/usr/local/bin:/usr/bin:/bin\n');
  await podman('build', '--isolation', 'chroot', '--layers=false', '--tag', BASE, folder);
  return 'made here';
}

/** The files of a system that runs Node, npm and the usual small programs. */
function makeRoot(root: string): void {
  const node = join(here, 'node_modules/node-22/bin/node');
  const busybox = tool('busybox')!;
  const put = (source: string, target: string) => {
    mkdirSync(dirname(join(root, target)), { recursive: true });
    copyFileSync(source, join(root, target));
  };
  put(node, '/usr/local/bin/node');
  // Lines such as `libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00…)`.
  const libraries = execFileSync('ldd', [node], { encoding: 'utf8' }).matchAll(/(?:=> |^\s)(\/\S+)/gm);
  for (const [, library = ''] of libraries) put(library, library);
  put(busybox, '/bin/busybox');
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  for (const name of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (name === 'busybox') continue;
    for (const folder of ['bin', 'usr/bin']) symlinkSync('/bin/busybox', join(root, folder, name));
  }
  const modules = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  mkdirSync(join(root, 'usr/local/lib/node_modules'), { recursive: true });
  execFileSync('cp', ['-a', join(modules, 'npm'), join(root, 'usr/local/lib/node_modules')]);
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
  for (const folder of ['tmp', 'root', 'home/node', 'etc']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
}

/** Builds an image of a folder's Dockerfile, whose npm asks the given registry. @returns its name */
export async function buildImage(folder: string, name: string, registry: string): Promise<string> {
  const settings = join(store, `${name}.npmrc`);
  writeFileSync(settings, `registry=${registry}/\naudit=false\nfund=false\nupdate-notifier=false\n`);
  // The network of the machine, where the registry listens; Docker's format keeps the health check.
  const where = ['--isolation', 'chroot', '--network', 'host', '--volume', `${settings}:/usr/local/etc/npmrc:ro`];
  // One layer for all instructions: without an overlay file system each would be a copy of all files.
  await podman('build', ...where, '--layers=false', '--format', 'docker', '--tag', name, folder);
  return name;
}

export interface Container {
  readonly id: string;
  /** Where its port 3000 is reached. */
  readonly url: string;
  /** Runs the health check of its image once. */
  isHealthy(): Promise<boolean>;
  /** Sends SIGTERM, and SIGKILL after the patience. @returns its exit code */
  stop(seconds: number): Promise<number>;
}

/** Starts a container, whose port 3000 is published on a free one. */
export async function startContainer(image: string, env: Readonly<Record<string, string>>): Promise<Container> {
  // Podman asks for more descriptors than a build machine may allow.
  const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const output = await podman('run', '--detach', '--publish', '127.0.0.1::3000', ...limits, ...variables, image);
  const id = output.split('\n').at(-1)!;
  const ended = run(tool('podman')!, [...GLOBAL, 'wait', id], { cwd: store });
  const port = (await podman('port', id, '3000')).split(':').at(-1);
  return {
    id,
    url: `http://127.0.0.1:${port}`,
    isHealthy: () => podmanSucceeds('healthcheck', 'run', id),
    async stop(seconds) {
      await podman('stop', '--time', String(seconds), id);
      return Number((await ended).output.trim().split('\n').at(-1));
    },
  };
}
