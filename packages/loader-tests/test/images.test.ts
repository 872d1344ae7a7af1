import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startRedis } from '@sio/test-kit/programs';
import { io } from 'socket.io-client';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readTutorial } from '../../docs/src/tutorial.mjs';
import { BASE, baseImage, buildImage, type Container, podman, startContainer } from './support/containers.js';
import { emptyFolder, project } from './support/folder.js';
import { root } from './support/packages.js';
import { run } from './support/programs.js';
import { startRegistry } from './support/registry.js';

/** Longer than the deadline of drain() in the programs. */
const PATIENCE_S = 15;

// Fetches packages and builds images: `npm run images`, each night.
describe.skipIf(process.env.SIO_IMAGES !== '1')('the image', { timeout: 600_000 }, () => {
  beforeAll(async () => {
    console.log(`The base image is ${await baseImage()}.`);
  }, 600_000);

  it('of the tutorial is built from its Dockerfile, is healthy, and ends at SIGTERM without losing a client', async () => {
    const registry = await startRegistry();
    const folder = emptyFolder();
    for (const { files } of readTutorial()) {
      for (const { name, text } of files) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
    }
    // A reader has the packages here; the test has a registry.
    mkdirSync(join(folder, 'sio'));
    cpSync(`${root}examples/tutorial/9-deployment/public`, join(folder, 'public'), { recursive: true });
    const needed = [
      '@sio/core',
      '@sio/express',
      'express',
      'express-session',
      'redis',
      'connect-redis',
      '@socket.io/redis-adapter',
    ];
    await npmInstall(folder, registry, needed);
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
