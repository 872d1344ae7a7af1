import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { freePort, startRedis } from '@sio/test-kit/programs';
import { io, type Socket } from 'socket.io-client';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readTutorial } from '../../docs/src/tutorial.mjs';
import {
  BASE,
  baseImages,
  buildImage,
  type Container,
  composeIn,
  exitCode,
  isHealthy,
  podman,
  startContainer,
} from './support/containers.js';
import { emptyFolder, project } from './support/folder.js';
import { packedPackages, root } from './support/packages.js';
import { run } from './support/programs.js';
import { startRegistry } from './support/registry.js';

/** Longer than the deadline of drain() in the programs. */
const PATIENCE_S = 15;

// Fetches packages and builds images: `npm run images`, each night.
describe.skipIf(process.env.SIO_IMAGES !== '1')('the image', { timeout: 600_000 }, () => {
  beforeAll(async () => {
    console.log(`The base images are from: ${await baseImages()}.`);
  }, 600_000);

  it('of the tutorial is built from its Dockerfile, is healthy, and ends at SIGTERM without losing a client', async () => {
    const registry = await startRegistry();
    const folder = tutorial();
    await npmInstall(folder, registry, ['@sio/core', '@sio/express', ...NEEDED]);
    const image = await buildImage(folder, 'sio-tutorial', registry);
    await report(image);

    const password = randomUUID();
    const redis = new URL(await startRedis({ password }));
    redis.hostname = 'host.containers.internal';
    const env = { REDIS: redis.href, SECRET: 'a secret of the test' };
    const [chat, other] = [await startContainer(image, env), await startContainer(image, env)];
    for (const container of [chat, other]) await expect.poll(() => container.isHealthy()).toBe(true);
    const session = await logIn(chat.url, 'Ann');
    const ann = await connect(`${chat.url}/chat`, { extraHeaders: { cookie: session } });
    const bea = await connect(`${other.url}/chat`, { extraHeaders: { cookie: await logIn(other.url, 'Bea') } });
    const heard = new Promise((resolve) =>
      bea.onAny((...args: unknown[]) => JSON.stringify(args).includes('hello') && resolve(true)),
    );
    for (const client of [ann, bea]) await client.emitWithAck('enter', 'lobby');
    await ann.emitWithAck('say', 'hello from a container');
    expect(await heard).toBe(true);

    expect(await podman('exec', chat.id, 'cat', '/proc/1/comm')).toBe('node');
    expect(await podman('exec', chat.id, 'id', '-un')).toBe('node');
    const lost = new Promise((resolve) => ann.once('disconnect', resolve));
    expect(await chat.stop(PATIENCE_S)).toBe(0);
    // The reason after which a client comes back by itself.
    expect(await lost).toBe('transport close');
    expect(await other.isHealthy()).toBe(true);
  });

  it('of the tutorial runs twice with Compose, behind nginx, and clients survive the end of one container and of all', async () => {
    const registry = await startRegistry();
    const folder = tutorial();
    // As a reader has them: packages that are in no registry are tarballs in the folder.
    const tarballs = ['core', 'express'].map((name) => `./sio/${copyTarball(`@sio/${name}`, join(folder, 'sio'))}`);
    await npmInstall(folder, registry, [...tarballs, ...NEEDED]);
    const port = await freePort();
    const file = join(folder, 'compose.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"80:80"', `"127.0.0.1:${port}:80"`));
    const compose = composeIn(folder, registry, { COMPOSE_PROJECT_NAME: PROJECT, SECRET: 'a secret of the test' });
    onTestFinished(async () => void (await compose('down', '--volumes', '--timeout', '0')), 600_000);

    await compose('up', '--build', '--detach', 'chat');
    // Podman's DNS is at the address of the network, Docker's at one of its own.
    const [chats, dns] = [await containersOf('chat'), await gateway()];
    const conf = join(folder, 'nginx.conf');
    writeFileSync(conf, readFileSync(conf, 'utf8').replace('127.0.0.11', dns));
    await compose('up', '--detach', 'nginx');
    expect(chats).toHaveLength(2);
    for (const id of chats) await expect.poll(() => isHealthy(id)).toBe(true);

    const url = `http://127.0.0.1:${port}`;
    await expect.poll(() => fetch(`${url}/healthz`).then((res) => res.status, String)).toBe(200);
    const clients: Socket[] = [];
    for (const name of ['Ann', 'Ben', 'Cem', 'Dee', 'Eve', 'Fay']) {
      const extraHeaders = { cookie: await logIn(url, name) };
      clients.push(await connect(`${url}/chat`, { extraHeaders, reconnection: true }));
    }
    for (const client of clients) await client.emitWithAck('enter', 'lobby');
    await sayToAll(clients, 'hello from Compose');

    const [first = '', second = ''] = chats;
    const [one, other] = [exitCode(first), exitCode(second)];
    const lost = clients.map((client) => new Promise((resolve) => client.once('disconnect', resolve)));
    await podman('stop', '--time', String(PATIENCE_S), first);
    expect(await one).toBe(0);
    await Promise.all(clients.map((client) => joinAgain(client)));
    await sayToAll(clients, 'hello from the other container');

    // In Docker's order: services on which others depend end last.
    await compose('stop', 'chat', 'nginx');
    expect(await other).toBe(0);
    for (const reason of await Promise.all(lost)) expect(reason).toBe('transport close');
    for (const client of clients) client.disconnect();
    expect(await exitCode((await containersOf('nginx'))[0]!)).toBe(0);
  });

  it.each(['javascript', 'typescript'])(
    'of `npm create @sio` in %s serves a client, and exits on SIGTERM',
    async (language) => {
      const registry = await startRegistry();
      const program = join(project(['@sio/create']), 'node_modules/@sio/create/dist/main.js');
      const folder = join(emptyFolder(), 'app');
      expect(await run('node', [program, folder, '-f', 'express', '-l', language], { cwd: '/' })).toMatchObject({
        code: 0,
      });
      const image = await buildImage(folder, `sio-create-${language}`, registry);
      await report(image);
      const app: Container = await startContainer(image, {});
      await expect
        .poll(() =>
          fetch(app.url).then(
            ({ ok }) => ok,
            () => false,
          ),
        )
        .toBe(true);
      const client = await connect(`${app.url}/chat`);
      expect(await client.emitWithAck('say', 'hello')).toEqual({ delivered: true });
      expect(await app.stop(PATIENCE_S)).toBe(0);
    },
  );
});

/** What Compose calls the folder. Podman's DNS knows networks by their names alone, whatever their store. */
const PROJECT = `tutorial-${process.pid}`;

/** Packages that the server of the tutorial imports, beside ours. */
const NEEDED = ['express', 'express-session', 'redis', 'connect-redis', '@socket.io/redis-adapter'];

/** The folder of a reader of the tutorial, without packages. */
function tutorial(): string {
  const folder = emptyFolder();
  for (const { files } of readTutorial()) {
    for (const { name, text } of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  }
  // Packages that no registry has.
  mkdirSync(join(folder, 'sio'));
  cpSync(`${root}examples/tutorial/9-deployment/public`, join(folder, 'public'), { recursive: true });
  return folder;
}

/** Puts a published package into a folder, as the file that \`pnpm pack\` makes. @returns its name */
function copyTarball(name: string, folder: string): string {
  const { folder: unpacked, manifest } = packedPackages().get(name)!;
  const file = `${name.slice(1).replace('/', '-')}-${manifest.version}.tgz`;
  const rename = ['--transform', `s,^${basename(unpacked)},package,`];
  execFileSync('tar', ['-czf', join(folder, file), ...rename, '-C', dirname(unpacked), basename(unpacked)]);
  return file;
}

/** The ids of a service's containers. */
async function containersOf(name: string): Promise<string[]> {
  const labels = { project: PROJECT, service: name };
  const filters = Object.entries(labels).map(([key, value]) => `--filter=label=com.docker.compose.${key}=${value}`);
  return (await podman('ps', '--all', '--quiet', '--no-trunc', ...filters)).split('\n');
}

/** The address of the project's network. */
async function gateway(): Promise<string> {
  const [network] = JSON.parse(await podman('network', 'inspect', `${PROJECT}_default`));
  return network.subnets[0].gateway;
}

/** The first client says something, and all of them hear it. */
async function sayToAll(clients: readonly Socket[], text: string): Promise<void> {
  const heard = clients.map(
    (client) =>
      new Promise((resolve) =>
        client.onAny((event: string, _name, said) => event === 'said' && said === text && resolve(true)),
      ),
  );
  await clients[0]!.emitWithAck('say', text);
  await Promise.all(heard);
}

/** Enters the room again, on a connection that the client has now or next. */
async function joinAgain(client: Socket): Promise<void> {
  if (!client.connected) await new Promise<void>((resolve) => client.once('connect', resolve));
  await client.emitWithAck('enter', 'lobby');
}

/** Writes the manifest and the lock file that a reader of the tutorial has. */
async function npmInstall(folder: string, registry: string, names: readonly string[]): Promise<void> {
  const install = `npm install --package-lock-only --no-audit --no-fund --registry ${registry} ${names.join(' ')}`;
  for (const command of ['npm init -y', 'npm pkg set type=module', install])
    expect(await run('sh', ['-c', command], { cwd: folder })).toMatchObject({ code: 0 });
}

/** Prints the size of an image, without its base. */
async function report(image: string): Promise<void> {
  const sizes = await Promise.all(
    [BASE, image].map((name) => podman('image', 'inspect', '--format', '{{.Size}}', name)),
  );
  const [base = 0, whole = 0] = sizes.map(Number);
  console.log(`${image}: ${((whole - base) / 1e6).toFixed(1)} MB on a base of ${(base / 1e6).toFixed(0)} MB`);
}

async function connect(url: string, options: object = {}) {
  const client = io(url, { forceNew: true, reconnection: false, transports: ['websocket'], ...options });
  onTestFinished(() => void client.disconnect());
  await new Promise<void>((resolve, reject) => client.once('connect', resolve).once('connect_error', reject));
  return client;
}

/** @returns the cookie of the session */
async function logIn(url: string, name: string): Promise<string> {
  const answer = await fetch(`${url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  expect(answer.status).toBe(204);
  return answer.headers.getSetCookie()[0]!.split(';')[0]!;
}
