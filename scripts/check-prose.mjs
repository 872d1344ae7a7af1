// Complains about words that make prose hard to read, in sources, tests and Markdown: node scripts/check-prose.mjs [folder…]
import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';

/** Where a sentence begins in prose, and where a test title begins. */
const SENTENCE = String.raw`(?:^[\s>#*/-]*|[.!?]\s+|/\*\*\s*)`;
const TITLE = String.raw`\b(?:it|test|describe)(?:\.[\w.]+)?\([^'"\`\n]*['"\`]`;

/** Banned phrases, by what to do instead. @type {Record<string, RegExp[]>} */
const BANNED = {
  'name the person: a client, a user, code that …': [/\bwhoever\b|\b(?:to|of|for) who\s|\bgoes to whom\b/gi],
  'say who does not: no client, no listener': [/\bnobody\b(?!')|(?<!')\bnobody\b/gi],
  'say who does what': [/\bis to be (?:answered|called)\b|\bhas got no\b|\bthat there (?:are|is) not\b/gi],
  invalid: [/\bcannot be meant\b/gi],
  'not supported, not available': [/\bnot to be had\b/gi],
  'may be dropped': [/\b(?:may|can) be spared\b/gi],
  'disconnected, disconnects': [/\b(?:sent|sends?|sending) (?:\w+ ){0,3}away\b/gi],
  'say what it is': [/\bthat is none\b/gi, /\b(?:that|what) is no (?!longer|more|different|one\b)/gi],
  'begin a new sentence': [/\bof which\b/gi],
  'protocol version, or parent namespace': [
    /\bof (?:(?:every|each|any) generation|all generations|revisions? \d)\b|\bfamil(?:y|ies) of (?:namespaces|clients|dialects)\b/gi,
  ],
  'say it plainly': [
    /\bof the choosing of\b|\b(?:come|comes|came) into being\b|\bnone the wiser\b|\bis no absence\b/gi,
  ],
  'connects, limits, cannot be encoded': [
    /\bwants? in\b(?! )|\btake so long\b|\bno wire form\b|\bno form on the wire\b/gi,
  ],
  // The package of that name on npm belongs to another project.
  'npx @sio/cli': [/\b(?:npx|npm exec|pnpm dlx|yarn dlx|bunx|npm i(?:nstall)?) sio(?![-\w@/.])/g],
  // A question may begin like this.
  'put the subject first': [
    new RegExp(`${SENTENCE}(?:Who|What|Whoever) [a-z](?![^.!\\n]*\\?)`, 'gm'),
    new RegExp(`${TITLE}(?:who|what|whoever) [a-z](?![^.!\\n]*\\?)`, 'gim'),
  ],
};

const KINDS = '*.{ts,mts,mjs,js,html,vue,svelte,md,json}';
const files = globSync([`{packages,examples,benchmarks,docs,scripts}/**/${KINDS}`, '*.{md,json}', '.github/**/*.md'], {
  ignore: [
    '**/{node_modules,dist,client-dist,results,corpus,.vitepress/cache}/**',
    'docs/{api/**,options/**,options.md}',
    'scripts/check-prose.mjs',
  ],
});

const wanted = process.argv.slice(2);
const rules = Object.entries(BANNED).flatMap(([advice, patterns]) => patterns.map((each) => ({ advice, each })));
for (const file of files.filter((path) => wanted.length === 0 || wanted.some((folder) => path.startsWith(folder)))) {
  const text = readFileSync(file, 'utf8');
  for (const { advice, each } of rules) {
    for (const { 0: words, index } of text.matchAll(each)) {
      const start = index + words.length - words.trimStart().length;
      console.error(`${file}:${text.slice(0, start).split('\n').length} "${words.trim()}": ${advice}`);
      process.exitCode = 1;
    }
  }
}
