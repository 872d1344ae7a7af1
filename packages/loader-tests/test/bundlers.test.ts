import { cpSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, parse } from 'node:path';
import { describe, expect, it } from 'vitest';
import { greetings } from './support/clients.js';
import { emptyFolder, project } from './support/folder.js';
import { here, versionOf } from './support/packages.js';
import { run, serve } from './support/programs.js';
import { resultsOf } from './support/results.js';

const { row, end } = resultsOf(import.meta.filename);
const load = createRequire(`${here}package.json`);

/** Lets an ES module made of CommonJS packages, such as `ws` and Express, load the modules of Node. */
const BANNER = `import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __fileURLToPath } from 'node:url';
const require = __createRequire(import.meta.url);
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __fileURLToPath(new URL('.', import.meta.url));`;

type Format = 'CommonJS' | 'ES module';

interface Bundler {
  readonly name: string;
  readonly formats: readonly Format[];
  /** Bundles `entry` into `output`, with the dependencies of the project in `folder`. */
  bundle(folder: string, entry: string, output: string, format: Format): Promise<void>;
}

const BUNDLERS: readonly Bundler[] = [
  {
    name: 'esbuild',
    formats: ['CommonJS', 'ES module'],
    async bundle(folder, entry, output, format) {
      const { build } = load('esbuild') as typeof import('esbuild');
      await build({
        absWorkingDir: folder,
        entryPoints: [entry],
        outfile: output,
        bundle: true,
        platform: 'node',
        logLevel: 'silent',
        ...(format === 'ES module' ? { format: 'esm', banner: { js: BANNER } } : {}),
      });
    },
  },
  {
    name: 'rollup',
    formats: ['CommonJS', 'ES module'],
    async bundle(folder, entry, output, format) {
      const { rollup } = load('rollup') as typeof import('rollup');
      const plugins = [
        load('@rollup/plugin-node-resolve').nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }),
        load('@rollup/plugin-commonjs')(),
        load('@rollup/plugin-json')(),
      ];
      const bundle = await rollup({ input: join(folder, entry), plugins, logLevel: 'silent' });
      const banner = format === 'ES module' ? BANNER : '';
      await bundle.write({
        file: output,
        format: format === 'CommonJS' ? 'cjs' : 'es',
        inlineDynamicImports: true,
        banner,
      });
      await bundle.close();
    },
  },
  {
    name: 'webpack',
    formats: ['CommonJS'],
    async bundle(folder, entry, output) {
      const webpack = load('webpack') as typeof import('webpack');
      const compiler = webpack({
        context: folder,
        entry: join(folder, entry),
        target: 'node20',
        mode: 'none',
        output: { path: dirname(output), filename: basename(output) },
      });
      await new Promise<void>((resolve, reject) => {
        compiler.run((error, stats) => {
          const errors = stats?.compilation.errors ?? [];
          compiler.close(() => (error || errors.length > 0 ? reject(error ?? errors[0]) : resolve()));
        });
      });
    },
  },
  {
    name: 'tsup',
    formats: ['CommonJS', 'ES module'],
    bundle: (folder, entry, output, format) => byCommand('tsup/dist/cli-default.js', folder, entry, output, format),
  },
  {
    name: 'tsdown',
    formats: ['CommonJS', 'ES module'],
    bundle: (folder, entry, output, format) => byCommand('tsdown/dist/run.mjs', folder, entry, output, format),
  },
];

/** tsup and tsdown, which take the same configuration. */
async function byCommand(cli: string, folder: string, entry: string, output: string, format: Format): Promise<void> {
  const { dir, name, ext } = parse(output);
  const config = join(dir, 'bundle.config.mjs');
  const options = {
    entry: { [name]: join(folder, entry) },
    format: format === 'CommonJS' ? 'cjs' : 'esm',
    outDir: dir,
    platform: 'node',
    target: 'node20',
    clean: false,
    dts: false,
    // tsdown gives an ES module a `require` by itself.
    banner: cli.startsWith('tsup') && format === 'ES module' ? { js: BANNER } : undefined,
  };
  const functions = `noExternal: [/./], outExtension: () => ({ js: '${ext}' }), outExtensions: () => ({ js: '${ext}' })`;
  writeFileSync(config, `export default { ...${JSON.stringify(options)}, ${functions} };\n`);
  const args = [join(here, 'node_modules', cli), '--config', config];
  const { code, output: said } = await run(process.execPath, args, { cwd: folder });
  if (code !== 0) throw new Error(said);
}

const SERVERS = { app: 'compat server, Express, Koa', fastify: 'Fastify', hapi: 'Hapi' };
const ENTRIES = Object.keys(SERVERS) as (keyof typeof SERVERS)[];

describe('a bundle in a folder without node_modules', () => {
  let folder: string | undefined;

  for (const { name, formats, bundle } of BUNDLERS) {
    for (const format of formats) {
      for (const entry of ENTRIES) {
        const what = { loader: name, version: versionOf(name), what: `${SERVERS[entry]} (${format})` };
        const isQuick = name === 'esbuild' && format === 'CommonJS';
        row(
          what,
          async () => {
            folder ??= project(
              [
                '@sio/core',
                '@sio/express',
                '@sio/koa',
                '@sio/fastify',
                '@sio/hapi',
                'express',
                'koa',
                'fastify',
                '@hapi/hapi',
              ],
              { fixtures: ['bundle'] },
            );
            const output = join(emptyFolder(), `server.${format === 'CommonJS' ? 'cjs' : 'mjs'}`);
            await bundle(folder, `bundle/${entry}.mjs`, output, format);
            for (const args of [[], ['without-client']]) await works(output, args);
          },
          { nightly: !isQuick },
        );
      }
    }
  }
  end();

  it('answers 404 for client files that it cannot find, and logs it once', async () => {
    const app = project(['@sio/core'], { fixtures: ['bundle/client-files.mjs'] });
    const output = join(emptyFolder(), 'server.cjs');
    await BUNDLERS[0]!.bundle(app, 'client-files.mjs', output, 'CommonJS');
    const { code, output: said } = await run(process.execPath, [output], { cwd: dirname(output) });
    expect({ code, said }).toEqual({
      code: 0,
      said: '404 404\noption serveClient: the package socket.io-client is not installed; npm install socket.io-client\n',
    });
  });
});

async function works(file: string, args: readonly string[]): Promise<void> {
  const alone = emptyFolder();
  const name = basename(file);
  cpSync(file, join(alone, name));
  const ports = await serve<Record<string, number>>(process.execPath, [name, ...args], { cwd: alone });
  for (const port of Object.values(ports)) await greetings(`http://127.0.0.1:${port}`);
}
