#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { assertFree, FRAMEWORKS, LANGUAGES, Mistake, type Project, writeProject } from './project.js';
import { askFor } from './questions.js';

interface Flags {
  readonly framework?: Project['framework'];
  readonly language?: Project['language'];
  readonly yes?: boolean;
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const DEFAULTS = { folder: 'my-chat', framework: 'express', language: 'typescript' } as const;
/** The exit code that shells use for an interrupted program. */
const INTERRUPTED = 130;

const program = new Command('npm create @sio')
  .description('Makes a Socket.IO server, with a test and a Dockerfile.')
  .argument('[folder]', 'new folder for the server')
  .addOption(new Option('-f, --framework <name>', 'framework of the server').choices(FRAMEWORKS))
  .addOption(new Option('-l, --language <name>', 'language of the server').choices(LANGUAGES))
  .option('-y, --yes', `ask nothing, and use ${Object.values(DEFAULTS).join(', ')} unless given`)
  .version(version)
  .showHelpAfterError('With npm, write flags after --: npm create @sio my-chat -- --framework koa')
  .action(async (folder: string | undefined, { yes = false, ...flags }: Flags) => {
    const given = { ...(folder !== undefined && { folder }), ...flags };
    if (folder !== undefined) assertFree(resolve(folder));
    const project = await complete(given, yes);
    if (project === undefined) {
      process.exitCode = INTERRUPTED;
      return;
    }
    writeProject(project);
    const place = relative('', project.folder) || '.';
    console.log(`Wrote ${place}. Next:\n\n  cd ${place}\n  npm install\n  npm test\n  npm start`);
  });

/** Asks where there is a terminal, and something is left open. */
async function complete(given: Partial<Project>, yes: boolean): Promise<Project | undefined> {
  const isWhole = given.folder !== undefined && given.framework !== undefined && given.language !== undefined;
  if (yes || isWhole) return { ...DEFAULTS, ...given };
  if (process.stdin.isTTY === true && process.stdout.isTTY === true) return askFor(given);
  throw new Mistake('Without a terminal, give a folder, --framework and --language, or take the defaults with --yes.');
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof Mistake)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
