// Complains about words that make prose hard to read, in sources, tests and Markdown. The counts in prose-baseline.json may only fall:
// `node scripts/check-prose.mjs --update` takes them over.
import { readFileSync, writeFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';

const BASELINE = 'scripts/prose-baseline.json';
/** Where a sentence begins in prose, and where a test title begins. */
const SENTENCE = String.raw`(?:^[\s>#*/-]*|[.!?]\s+|/\*\*\s*)`;
const TITLE = String.raw`\b(?:it|test|describe)(?:\.[\w.]+)?\([^'"\`\n]*['"\`]`;

/** Banned phrases, each with a better one. @type {readonly (readonly [RegExp, string])[]} */
const BANNED = [
  [/\bwhoever\b/gi, 'name the person: a client, a user, code that …'],
  [/\bnobody\b(?!')|(?<!')\bnobody\b/gi, 'say who does not: no client, no listener'],
  [/\bcannot be meant\b/gi, 'invalid'],
  [/\bnot to be had\b/gi, 'not supported, not available'],
  [/\b(?:may|can) be spared\b/gi, 'may be dropped'],
  [/\bthat is none\b/gi, 'say what it is'],
  [/\bof which\b/gi, 'begin a new sentence'],
  // A question may begin like this.
  [new RegExp(`${SENTENCE}(?:Who|What|Whoever) [a-z](?![^.!\\n]*\\?)`, 'gm'), 'put the subject first'],
  [new RegExp(`${TITLE}(?:who|what|whoever) [a-z](?![^.!\\n]*\\?)`, 'gim'), 'put the subject first'],
];

const files = globSync(['{packages,examples,benchmarks,docs,scripts}/**/*.{ts,mjs,md}', '*.md', '.github/**/*.md'], {
  ignore: ['**/{node_modules,dist,results,corpus}/**', 'docs/{api/**,options.md}', 'scripts/check-prose.mjs'],
});

/** @type {Map<string, string[]>} complaints by folder */
const found = new Map();
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  for (const [pattern, advice] of BANNED) {
    for (const { 0: words, index } of text.matchAll(pattern)) {
      const start = index + words.length - words.trimStart().length;
      const complaint = `${file}:${text.slice(0, start).split('\n').length} "${words.trim()}": ${advice}`;
      found.set(folderOf(file), [...(found.get(folderOf(file)) ?? []), complaint]);
    }
  }
}

/** Such as packages/core/src/namespace; docs by page. @param {string} file */
function folderOf(file) {
  const parts = file.split('/');
  if (parts[0] === 'docs') return file;
  return parts.slice(0, Math.min(parts.length - 1, parts[1] === 'core' ? 4 : 3)).join('/') || '.';
}

const baseline = JSON.parse(readFileSync(BASELINE, 'utf8'));
if (process.argv.includes('--update')) {
  const counts = [...found].map(([folder, { length }]) => [folder, length]).sort();
  writeFileSync(BASELINE, `${JSON.stringify(Object.fromEntries(counts), null, 2)}\n`);
} else {
  const wanted = process.argv.slice(2);
  for (const [folder, complaints] of found) {
    if (
      wanted.length === 0
        ? complaints.length <= (baseline[folder] ?? 0)
        : !wanted.some((name) => folder.startsWith(name))
    )
      continue;
    for (const complaint of complaints) console.error(complaint);
    console.error(`${folder}: ${complaints.length} where ${baseline[folder] ?? 0} are known`);
    process.exitCode = 1;
  }
}
