import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { service, tool } from '@sio/test-kit/services';
import { afterAll } from 'vitest';
import { here } from './packages.js';
import { run } from './programs.js';

/** The image that our files for Docker begin with. */
export const BASE = 'docker.io/library/node:22-alpine';
const REDIS = 'docker.io/library/redis:7-alpine';
const NGINX = 'docker.io/library/nginx:1.27-alpine';

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
  '--network-config-dir',
  join(store, 'networks'),
  ...OLD_GROUPS,
];

/** Podman asks for more descriptors than a build machine may allow. */
const LIMITS = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];

// Deleting the files of a dozen images takes minutes on a slow disk.
afterAll(async () => {
  if (!existsSync(join(store, 'root'))) return rmSync(store, { recursive: true });
  await podman('rm', '--all', '--force', '--depend', '--time', '0');
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
 * Fetches the images that our files name; where no registry of images can be reached, makes some with the same names and the same programs:
 * Node 22 and npm, Redis, nginx, and BusyBox.
 *
 * @returns where they come from
 */
export async function baseImages(): Promise<'Docker Hub' | 'made here'> {
  const hub = await fetch('https://registry-1.docker.io/v2/', { signal: AbortSignal.timeout(10_000) }).catch(
    () => undefined,
  );
  if (hub !== undefined) {
    for (const name of [BASE, REDIS, NGINX]) await podman('pull', name);
    return 'Docker Hub';
  }
  await makeImage(BASE, addNode);
  await makeImage(REDIS, addRedis, ['WORKDIR /data']);
  await makeImage(NGINX, addNginx, ['STOPSIGNAL SIGQUIT', 'CMD ["nginx", "-g", "daemon off;"]']);
  return 'made here';
}

/** Makes an image of BusyBox and what is added. */
async function makeImage(name: string, add: (root: string) => void, lines: readonly string[] = []): Promise<void> {
  const folder = mkdtempSync(join(store, 'base-'));
  const root = join(folder, 'root');
  addBusyBox(root);
  add(root);
  const file = ['FROM scratch', 'COPY root /', 'ENV PATH=/usr/local/bin:/usr/bin:/bin', ...lines];
  writeFileSync(join(folder, 'Containerfile'), `${file.join('\n')}\n`);
  await podman('build', '--isolation', 'chroot', '--layers=false', '--format', 'docker', '--tag', name, folder);
}

function put(root: string, source: string, target: string): void {
  mkdirSync(dirname(join(root, target)), { recursive: true });
  copyFileSync(source, join(root, target));
}

/** Copies a program and the libraries that it is linked with. */
function addProgram(root: string, program: string, target: string): void {
  put(root, program, target);
  // Lines such as `libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00…)`.
  const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(?:=> |^\s)(\/\S+)/gm);
  for (const [, library = ''] of libraries) put(root, library, library);
}

function addBusyBox(root: string): void {
  const busybox = tool('busybox')!;
  put(root, busybox, '/bin/busybox');
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  for (const name of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (name === 'busybox') continue;
    for (const folder of ['bin', 'usr/bin']) symlinkSync('/bin/busybox', join(root, folder, name));
  }
  for (const folder of ['tmp', 'root', 'home/node', 'etc']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
}

function addNode(root: string): void {
  addProgram(root, join(here, 'node_modules/node-22/bin/node'), '/usr/local/bin/node');
  const modules = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  mkdirSync(join(root, 'usr/local/lib/node_modules'), { recursive: true });
  execFileSync('cp', ['-a', join(modules, 'npm'), join(root, 'usr/local/lib/node_modules')]);
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
}

/** The official image answers clients of other containers, which Debian's Redis refuses by default. */
function addRedis(root: string): void {
  addProgram(root, service('redis-server')!, '/usr/bin/redis-server');
  const start = '#!/bin/sh\nexec /usr/bin/redis-server "$@" --protected-mode no\n';
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
  writeFileSync(join(root, 'usr/local/bin/redis-server'), start, { mode: 0o755 });
}

function addNginx(root: string): void {
  addProgram(root, service('nginx')!, '/usr/bin/nginx');
  for (const folder of ['etc/nginx/conf.d', 'var/log/nginx', 'var/lib/nginx', 'run', 'usr/share/nginx'])
    mkdirSync(join(root, folder), { recursive: true });
  const main = 'user node;\nevents {}\nhttp { access_log off; include /etc/nginx/conf.d/*.conf; }\n';
  writeFileSync(join(root, 'etc/nginx/nginx.conf'), main);
}

/** Options for builds that run npm: its settings, and the network of the machine, where the registry listens. */
function buildOptions(registry: string): string[] {
  const settings = join(mkdtempSync(join(store, 'npm-')), 'npmrc');
  writeFileSync(settings, `registry=${registry}/\naudit=false\nfund=false\nupdate-notifier=false\n`);
  const where = ['--isolation', 'chroot', '--network', 'host', '--volume', `${settings}:/usr/local/etc/npmrc:ro`];
  // One layer for all instructions: without an overlay file system each would be a copy of all files. Docker's format keeps the health check.
  return [...where, '--layers=false', '--format', 'docker'];
}

/** Builds an image of a folder's Dockerfile, whose npm asks the given registry. @returns its name */
export async function buildImage(folder: string, name: string, registry: string): Promise<string> {
  await podman('build', ...buildOptions(registry), '--tag', name, folder);
  return name;
}

/** Runs podman-compose in the folder of a Compose file, with the images of this process. @returns what runs a command of Compose */
export function composeIn(folder: string, registry: string, env: Readonly<Record<string, string>>) {
  // podman-compose passes no options to Podman that stand before a command.
  const bin = mkdtempSync(join(store, 'bin-'));
  writeFileSync(join(bin, 'podman'), `#!/bin/sh\nexec ${[tool('podman'), ...GLOBAL].join(' ')} "$@"\n`, {
    mode: 0o755,
  });
  const options = [
    `--podman-build-args=${buildOptions(registry).join(' ')}`,
    `--podman-run-args=${LIMITS.join(' ')}`,
    '--no-ansi',
  ];
  const settings = { ...env, PATH: [bin, process.env.PATH].join(delimiter) };
  return async (...args: string[]): Promise<string> => {
    const { code, output } = await run(tool('podman-compose')!, [...options, ...args], { cwd: folder, env: settings });
    if (code !== 0) throw new Error(`podman-compose ${args.join(' ')} ended with ${code}:\n${output}`);
    return output;
  };
}

/** Waits until a container ends. @returns its exit code */
export async function exitCode(id: string): Promise<number> {
  const { output } = await run(tool('podman')!, [...GLOBAL, 'wait', id], { cwd: store });
  return Number(output.trim().split('\n').at(-1));
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
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const output = await podman('run', '--detach', '--publish', '127.0.0.1::3000', ...LIMITS, ...variables, image);
  const id = output.split('\n').at(-1)!;
  const ended = exitCode(id);
  const port = (await podman('port', id, '3000')).split(':').at(-1);
  return {
    id,
    url: `http://127.0.0.1:${port}`,
    isHealthy: () => isHealthy(id),
    async stop(seconds) {
      await podman('stop', '--time', String(seconds), id);
      return ended;
    },
  };
}

/** Runs the health check of a container's image once. */
export const isHealthy = (id: string): Promise<boolean> => podmanSucceeds('healthcheck', 'run', id);
