import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'vitest';
import { project } from './support/folder.js';
import { here, versionOf } from './support/packages.js';
import { runForJson } from './support/programs.js';
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
    // With socket.io, the answer to a poll saves the session as it was when the poll came: what was counted since is lost.
    differs: ([polling, ...others]) => {
      expect(polling).toEqual(['Ann', 1, '1', 1, 2, '2', 2, 3, '3', 3, 'io server disconnect']);
      return [others[0], ...others];
    },
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
