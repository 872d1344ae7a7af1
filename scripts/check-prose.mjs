// Complains about words that make prose hard to read, in sources, tests and Markdown: node scripts/check-prose.mjs [folder…]
import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';

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
  [
    /\b(?:of (?:every|each|any) generation|of all generations|of revisions? \d|famil(?:y|ies) of (?:namespaces|clients|dialects))\b/gi,
    'protocol version, or parent namespace',
  ],
  [/\bis to be (?:answered|called)\b|\bhas got no\b|\bthat there (?:are|is) not\b/gi, 'say who does what'],
  [/\b(?:sent|sends?|sending) (?:\w+ ){0,3}away\b/gi, 'disconnected, disconnects'],
  [/\b(?:to|of|for) who\s|\bgoes to whom\b/gi, 'name the person: a client, a user, code that …'],
  [
    /\bof the choosing of\b|\b(?:come|comes|came) into being\b|\bnone the wiser\b|\bis no absence\b/gi,
    'say it plainly',
  ],
  [
    /\bwants? in\b(?! )|\btake so long\b|\bno wire form\b|\bno form on the wire\b/gi,
    'connects, limits, cannot be encoded',
  ],
  [/\b(?:that|what) is no (?!longer|more|different|one\b)/gi, 'is not a …'],
  // The package of that name on npm belongs to another project.
  [/\b(?:npx|npm exec|pnpm dlx|yarn dlx|bunx|npm i(?:nstall)?) sio(?![-\w@/.])/g, 'npx @sio/cli'],
  // A question may begin like this.
  [new RegExp(`${SENTENCE}(?:Who|What|Whoever) [a-z](?![^.!\\n]*\\?)`, 'gm'), 'put the subject first'],
  [new RegExp(`${TITLE}(?:who|what|whoever) [a-z](?![^.!\\n]*\\?)`, 'gim'), 'put the subject first'],
];

const KINDS = '*.{ts,mts,mjs,js,html,vue,svelte,md,json}';
const files = globSync([`{packages,examples,benchmarks,docs,scripts}/**/${KINDS}`, '*.{md,json}', '.github/**/*.md'], {
  ignore: [
    '**/{node_modules,dist,client-dist,results,corpus,.vitepress/cache}/**',
    'docs/{api/**,options/**,options.md}',
    'scripts/check-prose.mjs',
  ],
});

const wanted = process.argv.slice(2);
for (const file of files.filter((path) => wanted.length === 0 || wanted.some((folder) => path.startsWith(folder)))) {
  const text = readFileSync(file, 'utf8');
  for (const [pattern, advice] of BANNED) {
    for (const { 0: words, index } of text.matchAll(pattern)) {
      const start = index + words.length - words.trimStart().length;
      console.error(`${file}:${text.slice(0, start).split('\n').length} "${words.trim()}": ${advice}`);
      process.exitCode = 1;
    }
  }
}
