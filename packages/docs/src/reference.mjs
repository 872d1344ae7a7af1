import { EventEmitter } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Application, Converter, makeRecursiveVisitor, ReflectionKind } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';
import { entries, root } from './entries.mjs';

/** @typedef {import('typedoc').DeclarationReflection} Reflection */

/** The pages' names, such as `core-mount`. @param {string} specifier */
const pageOf = (specifier) => specifier.replace('@sio/', '').replaceAll('/', '-');

/** By what TypeDoc calls the modules. */
const pages = new Map(
  entries.map(({ source, specifier }) => [source.replace(/(?:\/index)?\.ts$/, ''), pageOf(specifier)]),
);

/** Reads all docstrings with TypeDoc: a page for each entry that users import, and for each class; stderr has its warnings. */
export async function readReference() {
  const app = await Application.bootstrapWithPlugins(
    /** @type {import('typedoc').TypeDocOptions & import('typedoc-plugin-markdown').PluginOptions} */ ({
      options: new URL('../typedoc.json', import.meta.url).pathname,
      entryPoints: entries.map(({ source }) => root + source),
      basePath: root,
      pageTitleTemplates: { module: ({ name }) => `@sio/${name.replace('-', '/')}` },
    }),
  );
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const module of project.children ?? []) module.name = pages.get(module.name) ?? module.name;
    for (const member of project.getReflectionsByKind(ReflectionKind.ClassMember)) {
      if (!isPublic(member) || isRepeated(/** @type {Reflection} */ (member))) project.removeReflection(member);
    }
    for (const reflection of Object.values(project.reflections)) {
      if ('type' in reflection) /** @type {Reflection} */ (reflection).type?.visit(shorten);
    }
  });
  // Names that a page exports again are one list of links: with headings, the search would find them on every such page.
  const again = /^### (.+)\n\n(?:Re-|Renames and re-)exports \[.*\](\(.*\))$/gm;
  const list = (/** @type {string} */ section) =>
    `## Also exported\n\n${[...section.matchAll(again)].map(([, name, link]) => `[${name}]${link}`).join(',\n')}\n`;
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = (page.contents ?? '').replace(/^## References\n[\s\S]*?(?=\n## |$(?!\n))/m, list);
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc could not read the packages');
  app.validate(project);
  const model = new Map(
    entries.map(({ specifier }) => {
      const module = project.children?.find(({ name }) => name === pageOf(specifier));
      if (module === undefined) throw new Error(`TypeDoc has nothing of ${specifier}`);
      return [specifier, module];
    }),
  );
  const write = (/** @type {string} */ path) => app.outputs.writeOutput({ name: 'markdown', path }, project);
  return { model, warnings: app.logger.warningCount + app.logger.errorCount, write };
}

/** Leaves out the arguments of Fastify's types: they are the defaults, and take hundreds of characters. */
const shorten = makeRecursiveVisitor({
  reference(type) {
    if (type.package === 'fastify') delete type.typeArguments;
  },
});

/** Names with an underscore are for adapters of others, which look for them. @param {import('typedoc').Reflection} member */
const isPublic = ({ name }) => !/^[_~]|^module\.exports$/.test(name);

/** Node describes these. */
const EMITTER = new Set([...Object.getOwnPropertyNames(EventEmitter.prototype), 'rawListeners']);

/** Whether the page of another class has the member. @param {Reflection} member */
function isRepeated({ name, inheritedFrom, parent }) {
  if (inheritedFrom === undefined) return false;
  if (EMITTER.has(name)) return true;
  const owner = inheritedFrom.reflection?.parent;
  const isAdapters = !parent?.parent?.name.startsWith('core') && /^(?:Namespace|Server)\b/.test(parent?.name ?? '');
  return isAdapters || (owner !== parent && owner?.kindOf(ReflectionKind.Class) === true);
}

/** The pages in a folder, by path. @param {string} folder @returns {Record<string, string>} */
export function pagesIn(folder) {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(`${folder}/${path}`, 'utf8')]));
}
