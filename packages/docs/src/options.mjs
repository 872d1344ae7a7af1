import { markdownTable } from 'markdown-table';

/** @typedef {ReadonlyMap<string, import('typedoc').DeclarationReflection>} Model */
/** @typedef {ReturnType<typeof optionsOf>[number]} Option */

/** A docstring's words on one line. @param {readonly import('typedoc').CommentDisplayPart[]} [parts] */
function wordsOf(parts = []) {
  const words = parts.map((part) => (part.kind === 'inline-tag' ? `\`${part.text}\`` : part.text)).join('');
  const inline = words.replace(/```\w*\n([\s\S]*?)\n?```/g, '`$1`');
  return inline.replace(/\s*\n\s*/g, ' ').trim();
}

/**
 * The options that a type describes, in alphabetical order.
 *
 * @param {Model} model
 * @param {string} type
 * @param {string} [specifier]
 */
export function optionsOf(model, type, specifier = '@sio/core') {
  const members = model.get(specifier)?.children?.find(({ name }) => name === type)?.children ?? [];
  const options = members.map(({ name, comment, type }) => {
    const tag = (/** @type {`@${string}`} */ tag) => wordsOf(comment?.getTag(tag)?.content);
    return {
      name,
      type: String(type),
      /** Empty for what has none. */
      unit: tag('@unit'),
      /** As the docstring has it: a literal, or words. */
      byDefault: tag('@default').replace(/^`([^`]*)`$/, '$1'),
      meaning: wordsOf(comment?.summary),
      /** That it stands on. */
      page: tag('@page') || FALLBACK,
    };
  });
  return options.sort((a, b) => a.name.localeCompare(b.name, 'en', { sensitivity: 'base' }));
}

/** Options that are objects themselves: by option, what describes them. @param {Model} model */
export function nestedOptions(model) {
  const types = model.get('@sio/core')?.children?.filter(({ name }) => /.Options$/.test(name)) ?? [];
  const found = optionsOf(model, 'ServerOptions').map(({ name, type }) => {
    const described = types.find((each) => new RegExp(`\\b${each.name}\\b`).test(type));
    return /** @type {const} */ ([name, described ? optionsOf(model, described.name) : []]);
  });
  return new Map(found.filter(([, options]) => options.length > 0));
}

/** What `socketio()` of adapters takes besides. @param {Model} model */
export function adapterOptions(model) {
  const known = new Set(optionsOf(model, 'ServerOptions').map(({ name }) => name));
  /** @type {Map<string, Option & { packages: string[] }>} */
  const found = new Map();
  for (const specifier of model.keys()) {
    for (const option of optionsOf(model, 'SocketioOptions', specifier)) {
      const key = option.name + option.meaning;
      const packages = [...(found.get(key)?.packages ?? []), specifier];
      if (!known.has(option.name)) found.set(key, { ...option, packages });
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
const GROUPS = [
  ['connections', 'Connections', 'Transports, heartbeats, timeouts, compression.'],
  ['access', 'Access', 'Decides which pages, hosts and users may connect, and how long.'],
  ['messages', 'Messages and namespaces', 'Encoding, order, slow clients, recovery, several servers.'],
  ['limits', 'Limits', 'Bounds what one client, or all clients of an address, can make the server keep or do.'],
  ['old-clients', 'Old clients', 'Protocol versions before Socket.IO 3.'],
  ['server', 'The server', 'Path, files, logs, shutdown, and what a framework adds.'],
];

/** Where an option without `@page` stands. */
const FALLBACK = 'server';

/** The pages of all options, by path below `docs/`. @param {Model} model @returns {Record<string, string>} */
export function optionPages(model) {
  const options = optionsOf(model, 'ServerOptions');
  const nested = nestedOptions(model);
  const pages = GROUPS.map(([name, title, summary]) => {
    const sections = options
      .filter(({ page }) => page === name)
      .flatMap((option) => [
        section(2, option),
        ...(nested.get(option.name) ?? []).map((part) => section(3, part, `${option.name}.`)),
      ]);
    if (name === FALLBACK) sections.push(onFrameworks(model));
    const text = [GENERATED, `# Options: ${title}`, `${summary} [All options](../options.md).`, ...sections];
    return [`options/${name}.md`, `${text.join('\n\n')}\n`];
  });
  const list = GROUPS.map(([name, title, summary]) => `- [${title}](options/${name}.md): ${summary}`).join('\n');
  const rows = options.map(({ name, byDefault, page }) => {
    const [, title] = GROUPS.find(([group]) => group === page) ?? [];
    return [`\`${name}\``, shownDefault(byDefault), `[${title}](options/${page}.md#${name.toLowerCase()})`];
  });
  // Columns as wide as they need to be and no wider: diffs stay small.
  const table = markdownTable([['Option', 'Default', 'Described in'], ...rows], { alignDelimiters: false });
  return { 'options.md': `${[INTRODUCTION, list, table].join('\n\n')}\n`, ...Object.fromEntries(pages) };
}

/** @param {2 | 3} level @param {Option} option @param {string} [prefix] that of the option it belongs to */
function section(level, { name, type, unit, byDefault, meaning }, prefix = '') {
  const facts = [
    // A reader takes in so much at a glance; the reference has the longer ones.
    type.length <= 80 && `\`${type}\``,
    unit && `unit: ${unit}`,
    byDefault && `default: ${shownDefault(byDefault)}`,
  ];
  const parts = [`${'#'.repeat(level)} ${prefix}${name}`, facts.filter(Boolean).join(' · '), meaning];
  return parts.filter(Boolean).join('\n\n');
}

const shownDefault = (/** @type {string} */ text) => (isLiteral(text) ? `\`${text}\`` : text);

/** Whether a default is a value of JavaScript, and not a description. @param {string} text */
export const isLiteral = (text) => /^(?:true|false|Infinity|-?\d+|'.*'|\[.*\]|\{.*\})$/.test(text);

/** @param {Model} model */
function onFrameworks(model) {
  const sections = adapterOptions(model).map(({ packages, ...option }) => {
    const of = packages.map((specifier) => `\`${specifier}\``).join(', ');
    return section(3, { ...option, meaning: `Of ${of}. ${option.meaning}` });
  });
  return ['## On a framework', '`socketio()` of the adapters takes besides:', ...sections].join('\n\n');
}
