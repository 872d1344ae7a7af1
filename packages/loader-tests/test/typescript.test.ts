import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { project } from './support/folder.js';
import { here, published, root, versionOf } from './support/packages.js';
import { run, runForJson } from './support/programs.js';
import { resultsOf } from './support/results.js';

const { row, end } = resultsOf(import.meta.filename);

/** How a project says what a specifier means. */
interface Mode {
  readonly name: string;
  readonly module: string;
  readonly moduleResolution: string;
  /** `.cts` and `.mts` say of a file what `type` in `package.json` says of all. */
  readonly extension: 'ts' | 'cts' | 'mts';
  /** Compilers that have it, by the names under which they are installed. */
  has(major: number, minor: number): boolean;
}

const always = () => true;
const MODES: readonly Mode[] = [
  { name: 'node10', module: 'commonjs', moduleResolution: 'node10', extension: 'ts', has: (major) => major < 7 },
  { name: 'node16 (CommonJS)', module: 'node16', moduleResolution: 'node16', extension: 'cts', has: always },
  { name: 'node16 (ES modules)', module: 'node16', moduleResolution: 'node16', extension: 'mts', has: always },
  { name: 'nodenext (CommonJS)', module: 'nodenext', moduleResolution: 'nodenext', extension: 'cts', has: always },
  { name: 'nodenext (ES modules)', module: 'nodenext', moduleResolution: 'nodenext', extension: 'mts', has: always },
  { name: 'bundler', module: 'esnext', moduleResolution: 'bundler', extension: 'ts', has: always },
];

const COMPILERS = ['-5.0', '-5.4', '', '-6.0', '-7.0'].map((suffix) => `typescript${suffix}`);

let folder: string | undefined;

/** A project that has everything installed. */
function typedProject(): string {
  const packages = [...published, 'express', 'koa', 'socket.io-client'];
  folder ??= project([...packages, '@types/express', '@types/koa', '@types/node', 'socket.io'], { alias: true });
  return folder;
}

async function compile(compiler: string, mode: Mode, fixtures: readonly string[]) {
  const cwd = typedProject();
  const files = fixtures.map((fixture) => {
    const name = `${fixture}-${mode.name.replaceAll(/\W+/g, '-')}.${mode.extension}`;
    cpSync(join(here, 'fixtures', `${fixture}.ts`), join(cwd, name));
    return name;
  });
  const [major = 0] = versionOf(compiler).split('.').map(Number);
  const options = {
    module: mode.module,
    moduleResolution: mode.moduleResolution,
    target: 'es2022',
    types: 'node',
    ...(major === 6 && mode.name === 'node10' ? { ignoreDeprecations: '6.0' } : {}),
  };
  const flags = Object.entries(options).flatMap(([key, value]) => [`--${key}`, value]);
  const cli = join(here, 'node_modules', compiler, 'bin/tsc');
  const args = [cli, '--noEmit', '--strict', '--skipLibCheck', '--esModuleInterop', ...flags, ...files];
  return run(process.execPath, args, { cwd });
}

/** The output of the program with decorators. */
const DECORATED = [
  'hi to Bob',
  'invalid_method_args',
  'method_access_denied',
  'closed by a moderator',
  { name: 'Ann' },
  'method_access_denied',
];

for (const compiler of COMPILERS) {
  const version = versionOf(compiler);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  for (const mode of MODES.filter(({ has }) => has(major, minor))) {
    const isQuick = compiler === 'typescript-5.0' && mode.name === 'node10';
    row(
      { loader: 'TypeScript', version, what: mode.name },
      async () => {
        // The alias takes an augmentation of its types, as socket.io does.
        const fixtures = ['typescript-all', 'typescript-augmented'];
        if (major > 5 || minor >= 9) fixtures.push('typescript-roots');
        expect(await compile(compiler, mode, fixtures)).toEqual({ code: 0, output: '' });
      },
      { nightly: !isQuick },
    );
  }
}

for (const compiler of COMPILERS) {
  for (const kind of ['standard decorators', 'experimentalDecorators'] as const) {
    // Metadata came with TypeScript 5.2.
    if (compiler === 'typescript-5.0' && kind === 'standard decorators') continue;
    const isQuick = compiler === 'typescript-5.0';
    row(
      { loader: 'TypeScript', version: versionOf(compiler), what: kind },
      async () => {
        const program = await compileDecorators(compiler, kind);
        expect(await runForJson(process.execPath, [program], { cwd: typedProject() })).toEqual(DECORATED);
      },
      { nightly: !isQuick },
    );
  }
}

for (const name of published) {
  row(
    {
      loader: 'attw and publint',
      version: versionAtRoot('@arethetypeswrong/cli'),
      what: name,
    },
    async () => {
      const cwd = `${root}packages/${name.slice('@sio/'.length)}`;
      const { code, output } = await run(`${root}node_modules/.bin/pnpm`, ['run', 'check:package'], { cwd });
      // A program has no types that attw could look at.
      expect(output).toMatch(/No problems found|All good!/);
      expect(code).toBe(0);
    },
    { nightly: true },
  );
}
end();

describe('TypeScript', () => {
  it('older than 5.0 reports which version is needed', { timeout: 120_000 }, async () => {
    const mode = { ...MODES[0]!, moduleResolution: 'node' };
    const { code, output } = await compile('typescript-4.9', mode, ['typescript-all']);
    expect(code).not.toBe(0);
    expect(output).toContain('needs-typescript-5.0-or-newer.d.ts(1,1): error');
  });

  it('5.0 finds no mistake in the declaration files of @sio/core, @sio/socket.io and @sio/testing', {
    timeout: 120_000,
  }, async () => {
    const cwd = typedProject();
    cpSync(join(here, 'fixtures/typescript-augmented.ts'), join(cwd, 'strict.ts'));
    const cli = join(here, 'node_modules/typescript-5.0/bin/tsc');
    const flags = ['--noEmit', '--strict', '--esModuleInterop', '--target', 'es2022', '--types', 'node'];
    const args = [...flags, '--module', 'commonjs', '--moduleResolution', 'node10', 'strict.ts'];
    expect(await run(process.execPath, [cli, ...args], { cwd })).toEqual({ code: 0, output: '' });
  });

  it('before 5.2 reports which decorators it emits, when a program starts', { timeout: 120_000 }, async () => {
    const program = await compileDecorators('typescript-5.0', 'standard decorators');
    const { code, output } = await run(process.execPath, [program], { cwd: typedProject() });
    expect(code).toBe(1);
    expect(output).toContain('decorators without metadata: update it, or switch experimentalDecorators on');
  });

  it('finds the types of socket.io/dist/… under node10, from where editors import them', {
    timeout: 120_000,
  }, async () => {
    expect(await compile('typescript', MODES[0]!, ['typescript-deep'])).toEqual({ code: 0, output: '' });
  });
});

/** @returns the program that a compiler makes of the source with decorators */
async function compileDecorators(compiler: string, kind: 'standard decorators' | 'experimentalDecorators') {
  const cwd = typedProject();
  cpSync(join(here, 'fixtures/decorators.ts'), join(cwd, 'decorators.cts'));
  const output = `${compiler}-${kind.slice(0, 3)}`;
  const cli = join(here, 'node_modules', compiler, 'bin/tsc');
  const flags = ['--strict', '--skipLibCheck', '--module', 'node16', '--moduleResolution', 'node16'];
  flags.push('--target', 'es2022', '--types', 'node', '--outDir', output);
  // With the metadata that frameworks of decorators ask for.
  if (kind === 'experimentalDecorators') flags.push('--experimentalDecorators', '--emitDecoratorMetadata');
  expect(await run(process.execPath, [cli, ...flags, 'decorators.cts'], { cwd })).toEqual({ code: 0, output: '' });
  return `${output}/decorators.cjs`;
}

/** The version of a dependency of the whole repository. */
function versionAtRoot(name: string): string {
  return versionOf(join('../../../node_modules', name));
}
