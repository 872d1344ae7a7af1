import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProgram } from '@sio/test-kit/examples';
import { expect } from 'vitest';
import { connect } from './support/clients.js';
import { emptyFolder, project } from './support/folder.js';
import { install } from './support/install.js';
import { manifestOf } from './support/packages.js';
import { run } from './support/programs.js';
import { resultsOf } from './support/results.js';

const { row, end } = resultsOf(import.meta.filename);

const LANGUAGES = { typescript: 'TypeScript', javascript: 'JavaScript' };
/** They run with `npm test`; the others with `npm run loaders`. */
const QUICK = new Set(['express typescript', 'fastify javascript']);

/** Makes an app with the published program, installs from tarballs, runs its test, starts it and connects. */
async function play(framework: string, language: string): Promise<void> {
  const program = join(project(['@sio/create']), 'node_modules/@sio/create/dist/main.js');
  const folder = join(emptyFolder(), 'app');
  const made = await run('node', [program, folder, '-f', framework, '-l', language], { cwd: '/' });
  expect(made).toMatchObject({ code: 0 });
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const all: Record<string, string> = { ...dependencies, ...devDependencies };
  // Each version is one that a registry understands.
  expect(Object.entries(all).filter(([, version]) => !/^[\^~]\d+\.\d+\.\d+$/.test(version ?? ''))).toEqual([]);
  install(folder, Object.keys(all));

  const script = manifestOf(folder) as unknown as { scripts: Record<string, string> };
  const path = `${join(folder, 'node_modules/typescript/bin')}:${process.env.PATH}`;
  const tested = await run('sh', ['-c', script.scripts.test!], { cwd: folder, env: { PATH: path } });
  expect(tested).toMatchObject({ code: 0, output: expect.stringMatching(/pass 1\n/) });

  const main = language === 'typescript' ? 'dist/server.js' : 'src/server.js';
  const app = await startProgram(join(folder, main));
  expect(await (await fetch(app.url)).text()).toContain('/chat');
  const client = await connect(`${app.url}/chat`);
  expect(await client.emitWithAck('say', 'hello')).toEqual({ delivered: true });
  expect(await app.stop()).toBe(0);
}

for (const framework of ['express', 'koa', 'fastify', 'hapi']) {
  for (const [language, name] of Object.entries(LANGUAGES)) {
    row(
      {
        loader: `npm create @sio, ${framework}`,
        version: manifestOf(new URL('../../create', import.meta.url).pathname).version,
        what: name,
      },
      () => play(framework, language),
      { nightly: !QUICK.has(`${framework} ${language}`) },
    );
  }
}
end();
