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

const INTRODUCTION = `<!-- Made out of docstrings by \`npm run docs:reference\`: change those. -->

# Options

Of \`new Server(…, options)\` and \`socketio(namespaces, options)\`. An option that is left out, or \`undefined\`, means its
default; an invalid value throws an [\`OptionError\`](errors.md#mistakes-in-the-options). The export \`defaults\` of \`@sio/core\` has those that are values.`;

/** @param {Model} model */
export function optionsPage(model) {
  const nested = [...nestedOptions(model)].map(([name, options]) => `## ${name}\n\n${optionTable(options)}`);
  return `${[INTRODUCTION, optionTable(optionsOf(model, 'ServerOptions')), ...nested, onFrameworks(model)].join('\n\n')}\n`;
}

const HEAD = ['Option', 'Unit', 'Default', 'Meaning'];

/** @param {readonly Option[]} options */
const optionTable = (options) => table(HEAD, options.map(rowOf));

/** @param {Option} option @returns {string[]} */
const rowOf = ({ name, unit, byDefault, meaning }) => [
  `\`${name}\``,
  unit,
  isLiteral(byDefault) ? `\`${byDefault}\`` : byDefault,
  meaning,
];

/** Whether a default is a value of JavaScript, and not a description. @param {string} text */
export const isLiteral = (text) => /^(?:true|false|Infinity|-?\d+|'.*'|\[.*\]|\{.*\})$/.test(text);

/** @param {Model} model */
function onFrameworks(model) {
  const rows = adapterOptions(model).map((option) => [
    ...rowOf(option),
    option.packages.map((specifier) => `\`${specifier}\``).join(', '),
  ]);
  return `## On a framework\n\n\`socketio()\` of the adapters takes besides:\n\n${table([...HEAD, 'Of'], rows)}`;
}
