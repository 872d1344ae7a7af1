import { table, wordsOf } from './markdown.mjs';

/** @typedef {import('typedoc').DeclarationReflection} Reflection */
/** @typedef {ReadonlyMap<string, Reflection>} Model */

/**
 * @typedef {object} Option
 * @property {string} name
 * @property {string} type
 * @property {string} unit  empty for what has none
 * @property {string} byDefault  as the docstring has it: a literal, or words
 * @property {string} meaning
 * @property {string} page  that it stands on
 */

/**
 * The options that a type describes, in alphabetical order.
 *
 * @param {Model} model
 * @param {string} type
 * @param {string} [specifier]
 * @returns {Option[]}
 */
export function optionsOf(model, type, specifier = '@sio/core') {
  const members = model.get(specifier)?.children?.find(({ name }) => name === type)?.children ?? [];
  return members.map(optionOf).sort((a, b) => a.name.localeCompare(b.name, 'en', { sensitivity: 'base' }));
}

/** @param {Reflection} member @returns {Option} */
function optionOf({ name, comment, type }) {
  return {
    name,
    type: String(type),
    unit: wordsOf(comment?.getTag('@unit')?.content),
    byDefault: wordsOf(comment?.getTag('@default')?.content).replace(/^`([^`]*)`$/, '$1'),
    meaning: wordsOf(comment?.summary),
    page: wordsOf(comment?.getTag('@page')?.content) || FALLBACK,
  };
}

/**
 * Options that are objects themselves: by option, what describes them.
 *
 * @param {Model} model
 * @returns {ReadonlyMap<string, readonly Option[]>}
 */
export function nestedOptions(model) {
  const options = optionsOf(model, 'ServerOptions');
  const types = (model.get('@sio/core')?.children ?? [])
    .map(({ name }) => name)
    .filter((name) => /.Options$/.test(name));
  const found = options.flatMap(({ name, type }) => {
    const described = types.find((each) => new RegExp(`\\b${each}\\b`).test(type));
    return described === undefined ? [] : [/** @type {const} */ ([name, optionsOf(model, described)])];
  });
  return new Map(found);
}

/**
 * What `socketio()` of adapters takes besides.
 *
 * @param {Model} model
 * @returns {(Option & { packages: string[] })[]}
 */
export function adapterOptions(model) {
  const known = new Set(optionsOf(model, 'ServerOptions').map(({ name }) => name));
  /** @type {Map<string, Option & { packages: string[] }>} */
  const found = new Map();
  for (const specifier of model.keys()) {
    for (const option of optionsOf(model, 'SocketioOptions', specifier)) {
      if (known.has(option.name)) continue;
      const key = option.name + option.meaning;
      found.set(key, { ...option, packages: [...(found.get(key)?.packages ?? []), specifier] });
    }
  }
  return [...found.values()];
}

const GENERATED = '<!-- Made out of docstrings by `npm run docs:reference`: change those. -->';

const INTRODUCTION = `${GENERATED}

# Options

Of \`new Server(…, options)\` and \`socketio(namespaces, options)\`. An option that is left out, or \`undefined\`, means its
default; an invalid value throws an [\`OptionError\`](errors.md#mistakes-in-the-options). The export \`defaults\` of \`@sio/core\` has those that are values.`;

/** The pages, in the order of the menu: what `@page` names, the title, and when a reader wants it. */
export const GROUPS = /** @type {const} */ ([
  ['connections', 'Connections', 'Transports, heartbeats, timeouts, compression.'],
  ['access', 'Access', 'Decides which pages, hosts and users may connect, and how long.'],
  ['messages', 'Messages and namespaces', 'Encoding, order, slow clients, recovery, several servers.'],
  ['limits', 'Limits', 'Bounds what one client, or all clients of an address, can make the server keep or do.'],
  ['old-clients', 'Old clients', 'Protocol versions before Socket.IO 3.'],
  ['server', 'The server', 'Path, files, logs, shutdown, and what a framework adds.'],
]);

/** Where an option without `@page` stands. */
const FALLBACK = 'server';

/**
 * The pages of all options, by path below `docs/`.
 *
 * @param {Model} model
 * @returns {Record<string, string>}
 */
export function optionPages(model) {
  const options = optionsOf(model, 'ServerOptions');
  const nested = nestedOptions(model);
  const pages = GROUPS.map(([name, title, summary]) => {
    const own = options.filter(({ page }) => page === name);
    const sections = own.flatMap((option) => [
      section(2, option),
      ...(nested.get(option.name) ?? []).map((part) => section(3, part, `${option.name}.`)),
    ]);
    const extra = name === FALLBACK ? [onFrameworks(model)] : [];
    const text = [GENERATED, `# Options: ${title}`, `${summary} [All options](../options.md).`, ...sections, ...extra];
    return [`options/${name}.md`, `${text.join('\n\n')}\n`];
  });
  const list = GROUPS.map(([name, title, summary]) => `- [${title}](options/${name}.md): ${summary}`).join('\n');
  const rows = options.map(({ name, byDefault, page }) => [
    `\`${name}\``,
    shownDefault(byDefault),
    `[${GROUPS.find(([group]) => group === page)?.[1]}](options/${page}.md#${name.toLowerCase()})`,
  ]);
  const index = [INTRODUCTION, list, table(['Option', 'Default', 'Described in'], rows)];
  return Object.fromEntries([['options.md', `${index.join('\n\n')}\n`], ...pages]);
}

/** Characters of a type that a reader takes in at a glance; the reference has the longer ones. */
const SHORT = 80;

/** @param {2 | 3} level @param {Option} option @param {string} [prefix] that of the option it belongs to */
function section(level, { name, type, unit, byDefault, meaning }, prefix = '') {
  const facts = [
    type.length <= SHORT && `\`${type}\``,
    unit !== '' && `unit: ${unit}`,
    byDefault !== '' && `default: ${shownDefault(byDefault)}`,
  ];
  const parts = [`${'#'.repeat(level)} ${prefix}${name}`, facts.filter(Boolean).join(' · '), meaning];
  return parts.filter(Boolean).join('\n\n');
}

const shownDefault = (/** @type {string} */ text) => (isLiteral(text) ? `\`${text}\`` : text);

/** Whether a default is a value of JavaScript, and not a description. @param {string} text */
export const isLiteral = (text) => /^(?:true|false|Infinity|-?\d+|'.*'|\[.*\]|\{.*\})$/.test(text);

/** @param {Model} model */
function onFrameworks(model) {
  const sections = adapterOptions(model).map((option) => {
    const of = option.packages.map((specifier) => `\`${specifier}\``).join(', ');
    return section(3, { ...option, meaning: `Of ${of}. ${option.meaning}` });
  });
  return ['## On a framework', '`socketio()` of the adapters takes besides:', ...sections].join('\n\n');
}
