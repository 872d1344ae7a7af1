import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { compile } from 'svelte/compiler';
import { compileScript, parse } from 'vue/compiler-sfc';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const require = createRequire(import.meta.url);

/** Where packages of another name or release stand in. */
export type Alias = Readonly<Record<string, string>>;

/** Components of Vue and Svelte, each compiled by its own compiler. */
const components = (ssr: boolean): Plugin => ({
  name: 'components',
  setup({ onLoad }) {
    onLoad({ filter: /\.vue$/ }, async ({ path }) => {
      const { descriptor } = parse(await readFile(path, 'utf8'), { filename: path });
      const templateOptions = { ssr, ssrCssVars: [] };
      const { content } = compileScript(descriptor, { id: basename(path), inlineTemplate: true, templateOptions });
      return { contents: content, loader: 'ts' };
    });
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { js } = compile(await readFile(path, 'utf8'), { filename: path, generate: ssr ? 'server' : 'client' });
      return { contents: js.code, loader: 'js' };
    });
  },
});

function options(page: string, alias: Alias, ssr: boolean): BuildOptions {
  return {
    entryPoints: [here(`../pages/${page}`)],
    bundle: true,
    absWorkingDir: here('../..'),
    jsx: 'automatic',
    target: 'es2022',
    // StrictMode mounts twice in development only.
    define: { 'process.env.NODE_ENV': '"development"' },
    alias: { '@sio/client': here('../../../../packages/client/src/index.ts'), ...alias },
    plugins: [components(ssr)],
  };
}

/** @returns the page as one script with the global `page` */
export async function bundleForBrowser(page: string, alias: Alias = {}): Promise<string> {
  const settings: BuildOptions = { format: 'iife', globalName: 'page', conditions: ['browser'], write: false };
  const { outputFiles } = await build({ ...options(page, alias, false), ...settings });
  return outputFiles![0]!.text;
}

/** The same as the bundler of React Native resolves packages. */
export async function bundleForReactNative(page: string): Promise<string> {
  const { outputFiles } = await build({
    ...options(page, {}, false),
    format: 'iife',
    globalName: 'page',
    conditions: ['react-native'],
    mainFields: ['react-native', 'browser', 'main'],
    write: false,
  });
  return outputFiles![0]!.text;
}

/** Builds the page for a server. @returns what it exports */
export async function bundleForServer(page: string): Promise<{ renderOnServer(): string | Promise<string> }> {
  const outfile = here(`../../node_modules/.cache/${page}.mjs`);
  await build({ ...options(page, {}, true), outfile, format: 'esm', platform: 'node', packages: 'external' });
  return import(/* @vite-ignore */ outfile);
}

/** The folder of an installed package. */
export const folderOf = (name: string): string => dirname(require.resolve(`${name}/package.json`));
