import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@sio/test-kit/programs';
import { io } from 'socket.io-client';
import { expect, it, onTestFinished } from 'vitest';
import { project } from './support/folder.js';
import { here, root, versionOf } from './support/packages.js';
import { run, runForJson } from './support/programs.js';
import { resultsOf } from './support/results.js';

const { row, end } = resultsOf(import.meta.filename);

/** PM2 would ask for its newest version. */
const QUIET = { PM2_DISABLE_VERSION_CHECK: 'true' };

interface Library {
  readonly name: string;
  readonly what: string;
  readonly program: string;
  /** Other packages that the program needs. */
  readonly needs?: readonly string[];
  readonly quick?: boolean;
}

const LIBRARIES: readonly Library[] = [
  { name: 'socketio-wildcard', what: 'a replaced onevent', program: 'wildcard', quick: true },
  {
    name: '@opentelemetry/instrumentation-socket.io',
    what: 'spans of events and emits',
    program: 'opentelemetry',
    needs: ['@opentelemetry/sdk-trace-base', '@opentelemetry/sdk-trace-node', '@opentelemetry/api'],
    quick: true,
  },
  { name: 'socket.io-prometheus', what: 'metrics', program: 'prometheus', needs: ['prom-client'] },
  { name: '@thream/socketio-jwt', what: 'a middleware', program: 'jwt', needs: ['jsonwebtoken'] },
  { name: '@socket.io/admin-ui', what: 'an instrumented server', program: 'admin-ui' },
  {
    name: '@socket.io/sticky',
    what: 'node:cluster, with @socket.io/cluster-adapter',
    program: 'sticky',
    needs: ['@socket.io/cluster-adapter'],
  },
];

for (const { name, what, program, needs = [], quick = false } of LIBRARIES) {
  row(
    { loader: name, version: versionOf(name), what },
    async () => {
      const results = [];
      for (const alias of [false, true]) {
        const folder = project([name, ...needs, 'socket.io', 'socket.io-client'], { alias, fixtures: ['libraries'] });
        results.push(await runForJson(process.execPath, [`libraries/${program}.cjs`], { cwd: folder }));
      }
      const [socketIo, ours] = results;
      expect(ours).toEqual(socketIo);
    },
    { nightly: !quick },
  );
}

// Its daemon is a Unix program.
for (const pm2 of process.platform === 'win32' ? [] : (['@socket.io/pm2', 'pm2'] as const)) {
  const isSticky = pm2 === '@socket.io/pm2';
  const what = isSticky ? 'cluster mode: polling, WebSocket and upgrade' : 'cluster mode: WebSocket alone';
  row(
    { loader: pm2, version: versionOf(pm2), what },
    async () => {
      const sticky = isSticky ? 'yes' : 'no';
      for (const alias of [false, true]) {
        const needs = ['@socket.io/cluster-adapter', '@socket.io/sticky', 'socket.io', 'socket.io-client'];
        const folder = project(needs, { alias, fixtures: ['libraries'] });
        const url = await startPm2(pm2, folder, sticky);
        const clients = ['libraries/pm2-clients.cjs', url, sticky];
        expect(await runForJson(process.execPath, clients, { cwd: folder })).toEqual({
          alike: Array(isSticky ? 9 : 3).fill(1),
          workers: 2,
          heard: Array(isSticky ? 9 : 1).fill(['hello', [1, 2, 3]]),
        });
      }
    },
    { nightly: true },
  );
}
end();

it.skipIf(process.platform === 'win32' || process.env.SIO_LOADERS !== 'all')(
  'a server that PM2 stops, with the files of the documents, lets its clients reconnect, and exits by itself',
  { timeout: 120_000 },
  async () => {
    const folder = project(['@sio/core'], { manifest: { type: 'module' } });
    const port = String(await freePort());
    const copy = (from: string, to: string, change = (text: string) => text) =>
      writeFileSync(join(folder, to), change(readFileSync(`${root}examples/deployment/${from}`, 'utf8')));
    copy('frameworks/pm2.js', 'server.js');
    copy('frameworks/chat.js', 'chat.js');
    copy('pm2/ecosystem.config.cjs', 'ecosystem.config.cjs', (text) =>
      text.replace('PORT: 3000', `PORT: ${port}`).replace("'max'", '2'),
    );
    const env = { PM2_HOME: join(folder, 'pm2'), ...QUIET };
    const command = (...args: string[]) =>
      run(process.execPath, [join(here, 'node_modules/pm2/bin/pm2'), ...args], { cwd: folder, env });
    onTestFinished(async () => void (await command('kill')));
    expect(await command('start', 'ecosystem.config.cjs')).toMatchObject({ code: 0 });
    const url = `http://127.0.0.1:${port}`;
    await expect
      .poll(
        () =>
          fetch(`${url}/healthz`).then(
            ({ status }) => status,
            () => undefined,
          ),
        { timeout: 60_000 },
      )
      .toBe(200);
    const clients = [1, 2, 3, 4].map(() => io(`${url}/chat`, { transports: ['websocket'], forceNew: true }));
    onTestFinished(() => clients.forEach((client) => void client.disconnect()));
    await Promise.all(clients.map((client) => new Promise<void>((resolve) => client.once('connect', resolve))));
    const lost = clients.map(
      (client) =>
        new Promise((resolve) => client.once('disconnect', (_reason, details: any) => resolve(details.context.code))),
    );
    expect(await command('stop', 'chat')).toMatchObject({ code: 0 });
    // 1001 is that of a server that goes away; a process that is cut off sends none.
    expect(await Promise.all(lost)).toEqual([1001, 1001, 1001, 1001]);
    expect(readFileSync(join(folder, 'pm2/pm2.log'), 'utf8')).not.toContain('SIGKILL');
  },
);

/** Starts two workers by a PM2 with a home of its own, which is killed when the test has ended. @returns the URL */
async function startPm2(pm2: string, folder: string, sticky: string): Promise<string> {
  const port = String(await freePort());
  const env = { PM2_HOME: join(folder, 'pm2'), PM2_PORT: port, PORT: port, STICKY: sticky, ...QUIET };
  const cli = join(here, 'node_modules', pm2, 'bin/pm2');
  const command = (...args: string[]) => run(process.execPath, [cli, ...args], { cwd: folder, env });
  onTestFinished(async () => {
    await command('kill');
  });
  const { code, output } = await command('start', 'libraries/pm2-worker.cjs', '-i', '2', '--wait-ready');
  if (code !== 0) throw new Error(output);
  return `http://127.0.0.1:${port}`;
}
