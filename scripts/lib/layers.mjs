import { posix } from 'node:path';
import { importsOf, readSource } from './source.mjs';

/** From the bottom up: a file may import its own layer and those before it. */
export const LAYERS = ['internal', 'codec', 'transport', 'virtual-socket', 'dialect', 'namespace', 'server'];

/** The package's entries, which put the layers together for users. */
const ENTRIES = new Set(['index.ts', 'compat.ts', 'memory.ts', 'mount.ts']);
const KNOWS_REVISIONS = new Set(['codec', 'dialect']);
/** Packages that are no adapters and may use the core's insides through its exports as they like. */
const NO_ADAPTERS = new Set(['socket.io', 'core', 'test-kit', 'conformance', 'testing', 'cve-suite', 'stress']);
/** Packages that put the core's inner modules, as they were built, to the test. */
const LOOKS_INSIDE = new Set(['stress']);
const MOUNT_INTERFACE = new Set(['@sio/core', '@sio/core/mount']);

const NAME = String.raw`(?:protocol|protocolVersion|engineProtocol|revision|generation|EIO|eio)\b`;
const COMPARE = String.raw`\s*(?:[=!]==?|[<>]=?)\s*`;
const REVISION_TESTS = [
  // `protocol === 'https:'` is another protocol's business, hence the digit.
  new RegExp(String.raw`\b${NAME}${COMPARE}['"\`]?\d`, 'g'),
  new RegExp(String.raw`\b(?:revision|generation|EIO|eio)\b${COMPARE}['"\`]`, 'g'),
  new RegExp(String.raw`(?:\b\d|['"\`])${COMPARE}(?:[\w$]+\??\.)*(?:revision|generation|EIO|eio)\b`, 'g'),
  new RegExp(String.raw`\b\d${COMPARE}(?:[\w$]+\??\.)*${NAME}`, 'g'),
  new RegExp(String.raw`\bdialect\??\.(?:name|id|version|number)${COMPARE}['"\`\d]`, 'g'),
  /\bswitch\s*\([^)]*\b(?:protocol|protocolVersion|revision|generation|EIO)\s*\)/g,
  // Asking for one by name; merely naming it, as a type does, is no test.
  /(?:[=!]==?|\bcase\b|\()\s*(['"`])(?:EIO|eio-?[34]|engine\.?io-?[34]|0\.9)\1/gi,
  /\.includes\([^)]*\b(?:protocol|revision|generation|EIO)\)/g,
  /\.EIO\b|\bEIO=/g,
];

/**
 * What a source file of a package does that the architecture forbids.
 *
 * @param {string} file path below the repository's root, with forward slashes: packages/<name>/src/…
 * @param {string} text
 * @returns {string[]} complaints, each `file:line reason`
 */
export function checkFile(file, text) {
  const [, name = '', , ...inside] = file.split('/');
  const path = inside.join('/');
  const source = readSource(text);
  const imports = importsOf(source);
  const found = imports.flatMap((one) => complain(one, importComplaint(name, path, one.specifier)));
  if (name === 'core') found.push(...complain({ line: 1 }, placeComplaint(path)));
  if (!NO_ADAPTERS.has(name) || (name === 'core' && !KNOWS_REVISIONS.has(layerOf(path)))) {
    found.push(...revisionTests(source));
  }
  return found.map(({ line, reason }) => `${file}:${line} ${reason}`);
}

/** @param {{ line: number }} at @param {string | undefined} reason */
function complain({ line }, reason) {
  return reason === undefined ? [] : [{ line, reason }];
}

/** @param {string} path */
function layerOf(path) {
  return path.includes('/') ? (path.split('/')[0] ?? '') : '';
}

/** @param {string} path inside packages/core/src */
function placeComplaint(path) {
  const layer = layerOf(path);
  if (layer === '' ? ENTRIES.has(path) : LAYERS.includes(layer)) return undefined;
  return layer === ''
    ? `only ${[...ENTRIES].join(', ')} lie beside the layers; move it into one of ${LAYERS.join(', ')}`
    : `'${layer}' is no layer; the layers are ${LAYERS.join(', ')}`;
}

/** @param {string} name of the package @param {string} path inside its src @param {string} specifier */
function importComplaint(name, path, specifier) {
  if (/^@sio\/[^/]+\/(?:src|dist)\b/.test(specifier)) return `imports ${specifier}: use what the package exports`;
  if (specifier.startsWith('@sio/')) return siblingComplaint(name, specifier);
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(path), specifier);
  if (target.startsWith('..') && !LOOKS_INSIDE.has(name))
    return `imports ${specifier}, which lies outside the package's src`;
  return name === 'core' ? layerComplaint(path, target) : undefined;
}

/** @param {string} name @param {string} specifier */
function siblingComplaint(name, specifier) {
  if (name === 'core') return `imports ${specifier}: the core knows neither itself by name nor its users`;
  if (NO_ADAPTERS.has(name) || MOUNT_INTERFACE.has(specifier)) return undefined;
  return `imports ${specifier}: an adapter may import ${[...MOUNT_INTERFACE].join(' and ')} only`;
}

/** @param {string} path of the importing file @param {string} target of the imported one */
function layerComplaint(path, target) {
  const from = layerOf(path);
  const to = layerOf(target);
  if (from === '') return undefined;
  if (to === '') return `imports ${target}: the entries are for users; import the module itself`;
  if (LAYERS.indexOf(to) <= LAYERS.indexOf(from)) return undefined;
  return `${from} imports ${target}: a layer imports itself and lower ones (${LAYERS.join(' ← ')})`;
}

/** @param {import('./source.mjs').Source} source */
function revisionTests({ code, lineAt }) {
  const lines = REVISION_TESTS.flatMap((test) => [...code.matchAll(test)].map((match) => lineAt(match.index)));
  return [...new Set(lines)].map((line) => ({
    line,
    reason: 'tests for a protocol revision: only codec/ and dialect/ know them, so ask the dialect for the behaviour',
  }));
}
