import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const FRAMEWORKS = ['express', 'koa', 'fastify', 'hapi'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export const LANGUAGES = ['typescript', 'javascript'] as const;
export type Language = (typeof LANGUAGES)[number];

/** An application to be written. */
export interface Project {
  readonly folder: string;
  readonly framework: Framework;
  readonly language: Language;
}

/** A mistake of the user, in one sentence. */
export class Mistake extends Error {
  override readonly name = 'Mistake';
}

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../', import.meta.url));

/** Packages of each framework, with their types. */
const PACKAGES: Readonly<Record<Framework, { readonly needed: readonly string[]; readonly types: readonly string[] }>> =
  {
    express: { needed: ['@sio/express', 'express'], types: ['@types/express'] },
    koa: { needed: ['@sio/koa', 'koa'], types: ['@types/koa'] },
    fastify: { needed: ['@sio/fastify', 'fastify'], types: [] },
    hapi: { needed: ['@sio/hapi', '@hapi/hapi'], types: [] },
  };

/**
 * Writes an application into a new or empty folder.
 *
 * @throws Mistake when the folder has files
 */
export function writeProject(project: Project): void {
  const folder = resolve(project.folder);
  assertFree(folder);
  for (const [name, text] of Object.entries(filesOf(project))) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** @throws Mistake when there is something in the folder that could be overwritten */
export function assertFree(folder: string): void {
  if (!existsSync(folder)) return;
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    throw new Mistake(`${folder} is a file. Give the name of a new folder.`);
  }
  if (names.some((name) => name !== '.git'))
    throw new Mistake(`${folder} is not empty. Give the name of a new folder.`);
}

/** The text of each file, by its path. */
function filesOf({ folder, framework, language }: Project): Readonly<Record<string, string>> {
  const isTyped = language === 'typescript';
  const extension = isTyped ? 'ts' : 'js';
  const name = nameOf(folder);
  return {
    'package.json': `${JSON.stringify(manifestOf(name, framework, isTyped), null, 2)}\n`,
    [`src/server.${extension}`]: template(`server.${framework}.js`),
    [`src/chat.${extension}`]: template(`chat.${extension}`).replace('@sio/framework', `@sio/${framework}`),
    [`src/chat.test.${extension}`]: template('chat.test.js'),
    ...(isTyped && { 'tsconfig.json': `${JSON.stringify(COMPILER, null, 2)}\n` }),
    Dockerfile: dockerfileOf(isTyped),
    '.dockerignore': 'node_modules\ndist\n.git\n',
    '.gitignore': 'node_modules\ndist\n',
    'README.md': readmeOf(name),
  };
}

function template(name: string): string {
  return readFileSync(join(root, 'templates', name), 'utf8');
}

const COMPILER = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    skipLibCheck: true,
    types: ['node'],
    rootDir: 'src',
    outDir: 'dist',
  },
  include: ['src'],
};

function manifestOf(name: string, framework: Framework, isTyped: boolean): object {
  // The versions that this package is developed and tested with.
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const versions = (names: readonly string[]) =>
    Object.fromEntries([...names].sort().map((each) => [each, devDependencies[each]]));
  const { needed, types } = PACKAGES[framework];
  return {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: isTyped
      ? { build: 'tsc', prestart: 'tsc', start: 'node dist/server.js', test: 'tsc && node --test dist/chat.test.js' }
      : { start: 'node src/server.js', test: 'node --test src/chat.test.js' },
    dependencies: versions(needed),
    devDependencies: versions(['@sio/testing', ...(isTyped ? ['@types/node', 'typescript', ...types] : [])]),
  };
}

function dockerfileOf(isTyped: boolean): string {
  const build = isTyped
    ? [
        'COPY package*.json tsconfig.json ./',
        'RUN npm install',
        'COPY src src',
        'RUN npm run build && npm prune --omit=dev',
      ]
    : ['COPY package*.json ./', 'RUN npm install --omit=dev', 'COPY src src'];
  return `${[
    'FROM node:22-alpine',
    'WORKDIR /app',
    ...build,
    'ENV NODE_ENV=production HOST=0.0.0.0',
    'USER node',
    'EXPOSE 3000',
    '# Node itself is the first process: npm in between would keep SIGTERM to itself.',
    `CMD ["node", "${isTyped ? 'dist' : 'src'}/server.js"]`,
  ].join('\n')}\n`;
}

const readmeOf = (name: string): string => `# ${name}

\`\`\`sh
npm install
npm start     # http://localhost:3000
npm test
\`\`\`

\`src/chat\` has the namespace \`/chat\`: a method for each event. Talk to it with
\`npx @sio/cli connect localhost:3000/chat\`, and put it into a container with \`docker build .\`.
`;

/** A name that npm accepts. */
function nameOf(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z\d._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
  return name === '' ? 'app' : name.slice(0, 214);
}
