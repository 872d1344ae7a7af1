import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { greetings } from './support/clients.js';
import { project } from './support/folder.js';
import { here, manifestOf } from './support/packages.js';
import { run, runForJson, serve } from './support/programs.js';
import { resultsOf } from './support/results.js';

const { row, end } = resultsOf(import.meta.filename);

interface Runtime {
  readonly name: string;
  /** The package that holds the program, for Linux on x64; it is optional. */
  readonly folder: string;
  readonly program: string;
  readonly args?: readonly string[];
}

const RUNTIMES: readonly Runtime[] = [
  { name: 'Node', folder: 'node-20', program: 'bin/node' },
  { name: 'Node', folder: 'node-22', program: 'bin/node' },
  { name: 'Node', folder: 'node-24', program: 'bin/node' },
  { name: 'Bun', folder: '@oven/bun-linux-x64', program: 'bin/bun' },
  { name: 'Deno', folder: '@deno/linux-x64-glibc', program: 'deno', args: ['run', '--allow-all'] },
];

const SERVERS = {
  compat: 'compat server',
  plain: 'class namespaces',
  express: '@sio/express',
} as const;

const packages = ['@sio/core', '@sio/express', 'express'];
let folder: string | undefined;
const app = () => (folder ??= project(packages, { manifest: { type: 'module' }, fixtures: ['runtimes'] }));

/** Packages with programs are there for one platform only. */
const isInstalled = (name: string) => existsSync(join(here, 'node_modules', name));

for (const { name, folder: packageName, program, args = [] } of RUNTIMES.filter((each) => isInstalled(each.folder))) {
  const version = manifestOf(join(here, 'node_modules', packageName)).version.replace(/^v/, '');
  const command = join(here, 'node_modules', packageName, program);
  const nightly = !(name === 'Bun' || name === 'Deno' || version.startsWith('24.'));
  for (const [server, what] of Object.entries(SERVERS)) {
    row(
      { loader: name, version, what },
      async () => {
        const ports = await serve<Record<string, number>>(command, [...args, 'runtimes/server.mjs'], { cwd: app() });
        await greetings(`http://127.0.0.1:${ports[server]}`);
      },
      { nightly },
    );
  }
  row(
    { loader: name, version, what: 'each class once' },
    async () => {
      expect(await runForJson(command, [...args, 'runtimes/identity.mjs'], { cwd: app() })).toEqual([]);
    },
    { nightly },
  );
}
end();

describe.runIf(isInstalled('node-18'))('a Node that is too old', () => {
  it('gets an error that says which version is needed', async () => {
    const command = join(here, 'node_modules/node-18/bin/node');
    const { code, output } = await run(command, ['-e', "require('@sio/core')"], { cwd: app() });
    expect(code).toBe(1);
    expect(output).toContain('Error: @sio/core needs Node 20.19 or newer; this is v18.20.8');
  });
});
