import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AsyncApiDocument, AsyncApiOptions, Change, Info } from '@sio/asyncapi';
import type { Command } from 'commander';
import { act, type Context } from '../context.js';
import { Failure } from '../failure.js';
import { readText } from '../target.js';

/** The package, as far as it is used here. */
interface Library {
  asyncapi(namespaces: object, info: Info, options: AsyncApiOptions): AsyncApiDocument;
  diff(before: AsyncApiDocument, after: AsyncApiDocument): Change[];
}

interface Flags {
  readonly title: string;
  readonly apiVersion: string;
  readonly url?: string;
  readonly out?: string;
  readonly anything: boolean;
}

export function addAsyncApi(program: Command): void {
  const command = program
    .command('asyncapi')
    .summary('write the AsyncAPI document of a module, or compare two')
    .description('AsyncAPI 3 documents of class namespaces.');
  const write = command
    .command('write <module>', { isDefault: true })
    .description(
      'Writes the document of the namespaces that a module exports: an object such as { "/chat": Chat }, under any name. The module is loaded, and must start nothing.',
    )
    .option('--title <text>', 'name of the API', 'API')
    .option('--api-version <version>', 'version of the API', '0.0.0')
    .option('--url <url>', 'public address of the server')
    .option('-o, --out <file>', 'file to write instead of stdout')
    .option('--anything', 'describe schemas without a JSON Schema as anything', false)
    .action((file: string, flags: Flags) => act(write, (context) => writeDocument(context, file, flags)));
  const compare = command
    .command('diff <before> <after>')
    .description('Says what changes for clients between two documents. The exit code is 1 if something breaks them.')
    .action((before: string, after: string) => act(compare, (context) => compareDocuments(context, before, after)));
}

async function writeDocument({ output }: Context, file: string, flags: Flags): Promise<number> {
  const path = resolve(file);
  // The classes and the reader of their schemas must be of the same @sio/core: that of the module.
  const library = await loadLibrary(path);
  const namespaces = namespacesOf(await loadModule(path), file);
  const info = { title: flags.title, version: flags.apiVersion };
  const options: AsyncApiOptions = {
    ...(flags.url !== undefined && { url: flags.url }),
    ...(flags.anything && { withoutJsonSchema: 'anything' }),
  };
  let text: string;
  try {
    text = `${JSON.stringify(library.asyncapi(namespaces, info, options), null, 2)}\n`;
  } catch (error) {
    const { message } = error as Error;
    const remedy = message.includes('no JSON Schema')
      ? 'The flag --anything lets it be described as anything.'
      : undefined;
    throw new Failure('bad_document', `${file}: ${message}.`, remedy);
  }
  if (flags.out === undefined) {
    process.stdout.write(text);
    return 0;
  }
  try {
    writeFileSync(flags.out, text);
  } catch (error) {
    throw new Failure('usage', `Cannot write ${flags.out}: ${(error as Error).message}.`);
  }
  output.value({ written: flags.out });
  output.note(`wrote ${flags.out}`);
  return 0;
}

async function compareDocuments({ output }: Context, before: string, after: string): Promise<number> {
  const { diff } = (await import('@sio/asyncapi')) as Library;
  let changes: readonly Change[];
  try {
    changes = diff(readDocument(before), readDocument(after));
  } catch (error) {
    if (error instanceof TypeError) throw new Failure('bad_document', `${error.message}.`);
    throw error;
  }
  const breaking = changes.filter((change) => change.breaking).length;
  output.value({ breaking, changes });
  const { red, green, dim } = output.colors;
  for (const change of changes) {
    const place = [change.namespace, change.event].filter((each) => each !== undefined).join(' ');
    const mark = change.breaking ? red('breaking') : green('fits    ');
    output.line(`${mark}  ${place === '' ? '' : `${place}: `}${change.text}`);
  }
  output.line(dim(`${changes.length} changes, ${breaking} of them breaking`));
  return breaking > 0 ? 1 : 0;
}

function readDocument(file: string): AsyncApiDocument {
  try {
    return JSON.parse(readText(file)) as AsyncApiDocument;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('bad_document', `${file} is not JSON: ${(error as Error).message}.`);
  }
}

async function loadLibrary(path: string): Promise<Library> {
  let file: string;
  try {
    file = createRequire(path).resolve('@sio/asyncapi');
  } catch {
    const remedy = 'Run npm install --save-dev @sio/asyncapi there.';
    throw new Failure('missing_package', `The project of ${path} has no package @sio/asyncapi.`, remedy);
  }
  return (await import(pathToFileURL(file).href)) as Library;
}

async function loadModule(path: string): Promise<object> {
  try {
    return (await import(pathToFileURL(path).href)) as object;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const remedy =
      code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? 'Give the compiled file, or load TypeScript with NODE_OPTIONS="--import tsx".'
        : undefined;
    throw new Failure('usage', `Cannot load ${path}: ${message.split('\n')[0]}.`, remedy);
  }
}

/** Collects the exports that have only namespaces as keys. */
function namespacesOf(module: object, file: string): object {
  const found = Object.values(module).filter(isNamespaces);
  if (found.length > 0) return Object.assign({}, ...found) as object;
  throw new Failure(
    'usage',
    `${file} exports no namespaces.`,
    "Export what socketio() gets: export const namespaces = { '/chat': Chat }.",
  );
}

function isNamespaces(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => key === '*' || key.startsWith('/'));
}
