import { Application, LogLevel } from 'typedoc';
import { entries, root } from './entries.mjs';

/**
 * What docstrings and types say of every entry.
 *
 * @returns {Promise<ReadonlyMap<string, import('typedoc').DeclarationReflection>>} by specifier
 */
export async function readModel() {
  const app = await Application.bootstrap({
    entryPoints: entries.map(({ source }) => root + source),
    tsconfig: new URL('../tsconfig.json', import.meta.url).pathname,
    basePath: root,
    blockTags: [...BLOCK_TAGS],
    jsDocCompatibility: { defaultTag: false },
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    disableSources: true,
    disableGit: true,
    readme: 'none',
    alwaysCreateEntryPointModule: true,
    // Types are checked elsewhere, and by another compiler.
    skipErrorChecking: true,
    logLevel: LogLevel.Error,
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc could not read the packages');
  const modules = new Map(project.children?.map((module) => [module.name, module]));
  return new Map(entries.map(({ specifier, source }) => [specifier, required(modules, nameOf(source))]));
}

/** @type {readonly `@${string}`[]} */
const BLOCK_TAGS = [
  '@deprecated',
  '@default',
  '@example',
  '@param',
  '@returns',
  '@see',
  '@throws',
  '@typeParam',
  '@unit',
];

/** As TypeDoc calls what an entry exports. @param {string} source */
function nameOf(source) {
  return source.replace(/(?:\/index)?\.ts$/, '');
}

/**
 * @template T
 * @param {ReadonlyMap<string, T>} map
 * @param {string} name
 */
function required(map, name) {
  const value = map.get(name);
  if (value === undefined) throw new Error(`TypeDoc has nothing of ${name}, only of ${[...map.keys()].join(', ')}`);
  return value;
}
