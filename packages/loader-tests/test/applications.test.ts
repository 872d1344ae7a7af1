import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startNginxSite, startRedis } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import { expect, onTestFinished } from 'vitest';
import { connect } from './support/clients.js';
import { project } from './support/folder.js';
import { here, versionOf } from './support/packages.js';
import { runForJson, serve } from './support/programs.js';
import { resultsOf } from './support/results.js';

const { row, end } = resultsOf(import.meta.filename);
const typescript = createRequire(`${here}package.json`)('typescript') as typeof import('typescript');

interface Application {
  readonly name: string;
  /** The package whose version counts. */
  readonly versionOf?: string;
  readonly what: string;
  readonly program: string;
  readonly needs?: readonly string[];
  readonly args?: readonly string[];
  readonly quick?: boolean;
  /** Makes of socket.io's result the one that is right here, where they are not the same on purpose. */
  readonly differs?: (theirs: readonly unknown[]) => unknown;
}

const NEST = [
  '@nestjs/core',
  '@nestjs/common',
  '@nestjs/websockets',
  '@nestjs/platform-express',
  'reflect-metadata',
  'rxjs',
];

const APPLICATIONS: readonly Application[] = [
  {
    name: 'NestJS',
    versionOf: '@nestjs/core',
    what: 'gateways by the stock IoAdapter',
    program: 'nest.ts',
    needs: ['@nestjs/platform-socket.io', ...NEST],
  },
  {
    name: 'Feathers',
    versionOf: '@feathersjs/feathers',
    what: 'services over @feathersjs/socketio',
    program: 'feathers.mjs',
    needs: ['@feathersjs/feathers', '@feathersjs/socketio', '@feathersjs/socketio-client'],
  },
  { name: 'example', what: 'chat', program: 'chat.cjs' },
  { name: 'example', what: 'private messaging', program: 'private-messaging.cjs', quick: true },
  { name: 'example', what: 'express-session', program: 'express-session.cjs', needs: ['express', 'express-session'] },
  {
    name: 'example',
    what: 'express-session with resave',
    program: 'express-session.cjs',
    needs: ['express', 'express-session'],
    args: ['resave'],
    // With socket.io, the answer to a poll saves the session as it was when the poll came: what was counted since may be lost.
    differs: ([, ...others]) => [others[0], ...others],
  },
  {
    name: 'example',
    what: 'passport',
    program: 'passport.cjs',
    needs: ['express', 'express-session', 'passport', 'passport-local'],
  },
  { name: 'example', what: 'TypeScript', program: 'typed.ts' },
];

for (const application of APPLICATIONS) {
  const { name, versionOf: versioned = 'socket.io', what, program, needs = [], args = [], quick = false } = application;
  row(
    { loader: name === 'example' ? 'written for socket.io' : name, version: versionOf(versioned), what },
    async () => {
      const results: unknown[] = [];
      for (const alias of [false, true]) {
        const folder = project([...needs, 'socket.io', 'socket.io-client'], { alias, fixtures: ['applications'] });
        const file = compiled(join(folder, 'applications'), program);
        results.push(await runForJson(process.execPath, [file, ...args], { cwd: folder }));
      }
      const [theirs, ours] = results;
      expect(ours).toEqual(application.differs?.(theirs as readonly unknown[]) ?? theirs);
    },
    { nightly: !quick },
  );
}
if (service('nginx') !== undefined && service('redis-server') !== undefined) {
  row(
    { loader: 'written for socket.io', version: versionOf('socket.io'), what: 'cluster with nginx' },
    async () => {
      const [theirs, ours] = [await talkThroughNginx(false), await talkThroughNginx(true)];
      expect(ours).toEqual(theirs);
      expect(new Set(ours.people.map(({ node }) => node)).size).toBeGreaterThan(1);
      expect(ours.users.at(-1)).toEqual(['user 0', 'user 1', 'user 2', 'user 3']);
    },
    { nightly: true },
  );
}
row(
  { loader: 'NestJS', version: versionOf('@nestjs/core'), what: 'gateways by @sio/nestjs, with sessions and guards' },
  async () => {
    const names = ['@sio/nestjs', ...NEST, 'express', 'express-session', 'socket.io-client'];
    const folder = project(names, { fixtures: ['applications'] });
    const program = compiled(join(folder, 'applications'), 'nest-sio.ts');
    const refused = { error: { name: 'method_access_denied', message: expect.stringContaining('secret') } };
    expect(await runForJson(process.execPath, [program], { cwd: folder })).toEqual({
      result: ['hi Ann', refused, 'log in first', 'hi Ann', refused, 'log in first', [1, 2]],
      log: ['connected Ann', 'connected Ann'],
    });
  },
  { nightly: true },
);
/** One run for three rows. NestJS's users have asked for each of them. */
let guarded: Promise<unknown> | undefined;
function nestGuards(): Promise<unknown> {
  guarded ??= (async () => {
    const names = ['@sio/nestjs', ...NEST, 'express', 'express-session', 'socket.io-client'];
    const folder = project(names, { fixtures: ['applications'] });
    const program = compiled(join(folder, 'applications'), 'nest-guards.ts');
    return runForJson(process.execPath, [program], { cwd: folder });
  })();
  return guarded;
}
const twice = <T>(values: readonly T[]) => [...values, ...values];
const DENIED = 'method_access_denied';
const GUARDS: readonly (readonly [what: string, expected: object])[] = [
  [
    // A guard before handleConnection, which also says who the user is: nest#882.
    'guards on connect, each for its namespaces',
    {
      onConnect: twice([
        ['Ann', 'in', 'in', 'Connection rejected by server', 'Ann'],
        ['Root', 'in', 'in', 'in', 'Root'],
        ['stranger', 'log in first', 'log in first', 'log in first', '-'],
      ]),
      log: expect.arrayContaining(['Ann is in /', 'Root is in /']),
    },
  ],
  [
    // A guard of a gateway that holds for all of its events: nest#9231.
    'guards of a whole gateway, with metadata of its methods',
    {
      wholeGateway: twice([
        ['Ann', 'all rooms', 'Forbidden resource'],
        ['Root', 'all rooms', 'closed'],
      ]),
    },
  ],
  [
    // One guard for the events of every gateway: nest#11461.
    'guards of every gateway',
    {
      everyGateway: twice([
        ['Ann', DENIED, DENIED],
        ['Root', DENIED, DENIED],
      ]),
      log: expect.arrayContaining(['asked about list', 'asked about whoami']),
    },
  ],
];
for (const [what, expected] of GUARDS) {
  row(
    { loader: 'NestJS', version: versionOf('@nestjs/core'), what },
    async () => expect(await nestGuards()).toMatchObject(expected),
    { nightly: true },
  );
}
row(
  { loader: 'NestJS', version: versionOf('@nestjs/core'), what: 'classes with @on and @allow on @sio/express' },
  async () => {
    const folder = project(['@sio/express', ...NEST, 'express', 'socket.io-client'], { fixtures: ['applications'] });
    const program = compiled(join(folder, 'applications'), 'nest-decorators.ts');
    const both = ['hello guest', 'method_access_denied', 'hello admin', 'closed'];
    expect(await runForJson(process.execPath, [program], { cwd: folder })).toEqual(['hello page', ...both, ...both]);
  },
  { nightly: true },
);
end();

/** Three nodes, Redis between them, nginx in front. A client's address decides which node it gets. */
async function talkThroughNginx(alias: boolean) {
  const folder = project(['@socket.io/redis-adapter', 'redis', 'socket.io'], { alias, fixtures: ['applications'] });
  const redis = await startRedis();
  const start = (name: string) =>
    serve<{ port: number }>(process.execPath, ['applications/cluster-node.cjs', name, redis], { cwd: folder });
  const nodes = await Promise.all(['john', 'paul', 'george'].map(start));
  const upstreams = nodes.map(({ port }) => `server 127.0.0.1:${port};`).join(' ');
  const url = await startNginxSite(
    (port) => `
      upstream nodes { hash $remote_addr; ${upstreams} }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://nodes;
          proxy_http_version 1.1;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection "upgrade";
          proxy_set_header Host $host;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
      }
    `,
  );
  const people = [];
  for (const [index, transports] of [['polling'], ['websocket'], ['polling', 'websocket'], ['polling']].entries()) {
    const agent = new Agent({ localAddress: `127.0.0.${index + 2}` });
    onTestFinished(() => agent.destroy());
    const socket = await connect(url, { transports, agent });
    const { engine } = socket.io;
    if (engine.transport.name !== transports.at(-1)) await once(engine as never, 'upgrade');
    const heard: unknown[] = [];
    socket.on('new message', (message) => heard.push(message));
    const node: string = await socket.emitWithAck('add user', `user ${index}`);
    people.push({ socket, heard, node });
  }
  for (const [index, { socket }] of people.entries()) {
    const others = people.filter((each) => each.socket !== socket);
    const all = others.map((each) => once(each.socket as never, 'new message'));
    await socket.emitWithAck('new message', `hello from ${index}`);
    await Promise.all(all);
  }
  const users: string[][] = [];
  for (const { socket } of people) users.push(await socket.emitWithAck('everywhere'));
  return { people: people.map(({ node, heard }) => ({ node, heard })), users };
}

/** TypeScript as NestJS compiles it: CommonJS, with decorators of the older kind and their metadata. */
function compiled(folder: string, program: string): string {
  if (!program.endsWith('.ts')) return join(folder, program);
  const output = join(folder, program.replace(/\.ts$/, '.cjs'));
  const { outputText } = typescript.transpileModule(readFileSync(join(folder, program), 'utf8'), {
    compilerOptions: {
      module: typescript.ModuleKind.CommonJS,
      target: typescript.ScriptTarget.ES2022,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      esModuleInterop: true,
    },
  });
  writeFileSync(output, outputText);
  return output;
}
