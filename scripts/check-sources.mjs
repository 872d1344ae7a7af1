// Complains about what the rules for imports (.dependency-cruiser.mjs) do not see: a test for a protocol version in the wrong place, an
// adapter that grows, a folder with too many files, a path in Markdown that does not exist.
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { globSync } from 'tinyglobby';

/** Lines of code that an adapter may have, apart from its session helper. */
const ADAPTER_LINES = 99;
/** Lines of the test file that puts an adapter to the contract. */
const CONTRACT_LINES = 59;
/** Files that a folder of sources may have. */
const FOLDER_FILES = 15;
/** Packages that mount the core in a framework: they pass the contract. */
const ADAPTERS = globSync('packages/*/test/contract.test.ts').map((path) => path.split('/')[1] ?? '');

const VERSION = String.raw`(?:protocol|protocolVersion|engineProtocol|revision|generation|EIO|eio)\b`;
const COMPARE = String.raw`\s*(?:[=!]==?|[<>]=?)\s*`;
/** Only codecs and dialects may ask for the version: elsewhere the difference is a method or a property of the dialect. */
const VERSION_TESTS = [
  // `protocol === 'https:'` is about another protocol, hence the digit.
  new RegExp(String.raw`\b${VERSION}${COMPARE}['"\`]?\d`),
  new RegExp(String.raw`\b(?:revision|generation|EIO|eio)\b${COMPARE}['"\`]`),
  new RegExp(String.raw`(?:\b\d|['"\`])${COMPARE}(?:[\w$]+\??\.)*(?:revision|generation|EIO|eio)\b`),
  new RegExp(String.raw`\b\d${COMPARE}(?:[\w$]+\??\.)*${VERSION}`),
  new RegExp(String.raw`\bdialect\??\.(?:name|id|version|number)${COMPARE}['"\`\d]`),
  /\bswitch\s*\([^)]*\b(?:protocol|protocolVersion|revision|generation|EIO)\s*\)/,
  // A type may name a version.
  /(?:[=!]==?|\bcase\b|\()\s*(['"`])(?:EIO|eio-?[34]|engine\.?io-?[34]|0\.9)\1/i,
  /\.includes\([^)]*\b(?:protocol|revision|generation|EIO)\)/,
  /\.EIO\b|\bEIO=/,
];

/** @param {string} text @returns {string[]} its lines without comments, which are empty */
const linesOf = (text) =>
  text.replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, (comment) => comment.replace(/[^\n]/g, '')).split('\n');

/** @param {string} text @returns {string[]} complaints, each `line reason` */
export const versionTests = (text) =>
  linesOf(text).flatMap((line, index) =>
    VERSION_TESTS.some((test) => test.test(line)) ? [`${index + 1} tests for a protocol version: ask the dialect`] : [],
  );

function* complaints() {
  const read = (/** @type {string} */ file) => readFileSync(file, 'utf8');
  const lower = globSync(['packages/core/src/**/*.ts', `packages/{${ADAPTERS}}/src/**/*.ts`], {
    ignore: ['packages/core/src/{codec,dialect}/**'],
  });
  for (const file of lower) for (const reason of versionTests(read(file))) yield `${file}:${reason}`;
  for (const name of ADAPTERS) {
    const files = globSync(`packages/${name}/src/**/*.ts`, { ignore: ['**/session.ts'] });
    const lines = files.flatMap((file) => linesOf(read(file)).filter((line) => line.trim() !== '')).length;
    if (lines > ADAPTER_LINES) yield `packages/${name}/src has ${lines} lines without session.ts`;
    const contract = `packages/${name}/test/contract.test.ts`;
    if (read(contract).split('\n').length - 1 > CONTRACT_LINES) yield `${contract} has over ${CONTRACT_LINES} lines`;
  }
  const folders = globSync('packages/*/src/**/*.*', { ignore: ['**/node_modules/**'] }).map(dirname);
  for (const folder of new Set(folders)) {
    const files = folders.filter((each) => each === folder).length;
    if (files > FOLDER_FILES) yield `${folder} has ${files} files: group them by subject`;
  }
  for (const page of globSync('**/*.md', { ignore: ['**/node_modules/**', '**/CHANGELOG.md', '.python/**'] })) {
    for (const [, path = ''] of read(page).matchAll(/`((?:packages|examples|benchmarks|docs|scripts)\/[\w./-]+)`/g))
      if (!/\/dist\b/.test(path) && !existsSync(path)) yield `${page} names ${path}, which does not exist`;
  }
}

if (process.argv[1]?.endsWith('check-sources.mjs')) {
  for (const complaint of complaints()) {
    console.error(complaint);
    process.exitCode = 1;
  }
}
