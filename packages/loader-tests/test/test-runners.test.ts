import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { project } from './support/folder.js';
import { here, versionOf } from './support/packages.js';
import { type Finished, run } from './support/programs.js';
import { resultsOf } from './support/results.js';

const { row, end } = resultsOf(import.meta.filename);
const TESTS = 3;

const tool = (path: string) => join(here, 'node_modules', path);

/** Somebody's project with one test file. */
function testProject(fixture: string, name: string, type: 'commonjs' | 'module' = 'commonjs'): string {
  const packages = ['@sio/core', '@sio/express', '@sio/testing', 'express', 'socket.io-client'];
  const types = ['@types/express', '@types/node'];
  const folder = project([...packages, ...(fixture.endsWith('.ts') ? types : [])], { manifest: { type } });
  cpSync(join(here, 'fixtures/runners', fixture), join(folder, name));
  return folder;
}

const JESTS = [
  { jest: 'jest-29', babel: 'babel-jest-29' },
  { jest: 'jest', babel: 'babel-jest' },
];

const presets = [[tool('@babel/preset-env'), { targets: { node: 'current' } }]];
const plugins = [[tool('@babel/plugin-proposal-decorators'), { version: 'legacy' }]];
const compilerOptions = {
  module: 'commonjs',
  moduleResolution: 'node10',
  target: 'es2022',
  esModuleInterop: true,
  strict: true,
};

for (const [index, { jest, babel }] of JESTS.entries()) {
  const modes = [
    { mode: 'CommonJS', fixture: 'chat.commonjs.js', name: 'chat.test.js', config: {} },
    {
      mode: 'ES modules',
      fixture: 'chat.module.js',
      name: 'chat.test.js',
      type: 'module' as const,
      config: { transform: {} },
    },
    {
      mode: 'babel-jest',
      fixture: 'chat.babel.js',
      name: 'chat.test.js',
      config: { transform: { '\\.js$': [tool(babel), { babelrc: false, configFile: false, presets }] } },
    },
    {
      mode: 'ts-jest',
      fixture: 'chat.typescript.ts',
      name: 'chat.test.ts',
      config: { transform: { '\\.ts$': [tool('ts-jest'), { tsconfig: { ...compilerOptions, types: ['node'] } }] } },
    },
    {
      mode: 'babel-jest with legacy decorators',
      fixture: 'decorators.babel.js',
      name: 'decorators.test.js',
      config: { transform: { '\\.js$': [tool(babel), { babelrc: false, configFile: false, presets, plugins }] } },
    },
    {
      mode: 'ts-jest with experimentalDecorators',
      fixture: 'decorators.typescript.ts',
      name: 'decorators.test.ts',
      config: {
        transform: {
          '\\.ts$': [
            tool('ts-jest'),
            { tsconfig: { ...compilerOptions, experimentalDecorators: true, types: ['node'] } },
          ],
        },
      },
    },
  ];
  for (const { mode, fixture, name, type = 'commonjs', config } of modes) {
    const what = { loader: 'Jest', version: versionOf(jest), what: mode };
    row(
      what,
      async () => {
        const folder = testProject(fixture, name, type);
        const all = JSON.stringify({ rootDir: folder, testEnvironment: 'node', testMatch: [`**/${name}`], ...config });
        const args = [tool(`${jest}/bin/jest.js`), '--ci', '--detectOpenHandles', '--config', all];
        const env: Record<string, string> = type === 'module' ? { NODE_OPTIONS: '--experimental-vm-modules' } : {};
        const { code, output } = await run(process.execPath, args, { cwd: folder, env });
        expect(output).toContain(`${TESTS} passed, ${TESTS} total`);
        expect(output).not.toContain('open handle');
        expect(code).toBe(0);
      },
      { nightly: !(mode === 'CommonJS' && index === 1) },
    );
  }
}

for (const [fixture, name, type, mode] of [
  ['chat.commonjs.js', 'chat.test.cjs', 'commonjs', 'CommonJS'],
  ['chat.module.js', 'chat.test.mjs', 'module', 'ES modules'],
] as const) {
  row(
    { loader: 'Mocha', version: versionOf('mocha'), what: mode },
    async () => {
      const folder = testProject(fixture, name, type);
      passed(await run(process.execPath, [tool('mocha/bin/mocha.js'), name], { cwd: folder }), `${TESTS} passing`);
    },
    { nightly: true },
  );

  row(
    { loader: 'node:test', version: '20', what: mode },
    async () => {
      const folder = testProject(fixture, name, type);
      passed(await run(process.execPath, ['--test', name], { cwd: folder }), `pass ${TESTS}`);
    },
    { nightly: true },
  );
}

row(
  { loader: 'Vitest', version: versionOf('vitest'), what: 'ES modules' },
  async () => {
    const folder = testProject('chat.module.js', 'chat.test.mjs', 'module');
    const args = [tool('vitest/vitest.mjs'), 'run', '--globals', '--root', folder];
    passed(await run(process.execPath, args, { cwd: folder }), `${TESTS} passed`);
  },
  { nightly: true },
);

row(
  { loader: 'Vitest', version: versionOf('vitest'), what: 'experimentalDecorators' },
  async () => {
    const folder = testProject('decorators.typescript.ts', 'decorators.test.ts', 'module');
    writeFileSync(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "experimentalDecorators": true } }');
    const args = [tool('vitest/vitest.mjs'), 'run', '--globals', '--root', folder];
    passed(await run(process.execPath, args, { cwd: folder }), `${TESTS} passed`);
  },
  { nightly: true },
);

end();

/** A runner that waits for what is still open would never end. */
function passed({ code, output }: Finished, line: string): void {
  expect(output).toContain(line);
  expect(code).toBe(0);
}
