import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { startProgram, visit } from '@sio/test-kit/examples';
import { expect, it, onTestFinished } from 'vitest';
import { readTutorial, type Step } from '../../docs/src/tutorial.mjs';
import { emptyFolder } from './support/folder.js';
import { install } from './support/install.js';
import { run } from './support/programs.js';

/** The last step that needs nothing but Node. */
const LAST = '7-tests';

/** Commands for the repository, not for the reader's folder, and what the reader leaves running. */
const ELSEWHERE = /^(?:npm run build|for name in .*|node server\.js)$/;

const steps = readTutorial();

/** Does what a page says: its commands in an empty folder's shell, except that packages come out of tarballs and this workspace. */
async function follow({ commands, files }: Step, folder: string): Promise<void> {
  for (const command of commands.filter((line) => !ELSEWHERE.test(line))) {
    const names = /^npm install (?:-D )?(.*)$/.exec(command)?.[1];
    if (names === undefined) {
      if (command.startsWith('npm '))
        expect(await run('sh', ['-c', command], { cwd: folder })).toMatchObject({ code: 0 });
      continue;
    }
    install(folder, names.split(' ').map(nameOfPackage));
  }
  for (const { name, text } of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** `~/sio/sio-core-0.1.0.tgz` is `@sio/core`. */
const nameOfPackage = (name: string): string => name.replace(/^.*\/sio-([a-z.]+)-[\d.]+\.tgz$/, '@sio/$1');

it.skipIf(!chromiumPath)(
  'a reader who follows the tutorial from an empty folder has a chat after the first page, and passing tests after the seventh',
  { timeout: 120_000 },
  async () => {
    const folder = emptyFolder();
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const [first, ...others] = steps.slice(0, steps.findIndex(({ step }) => step === LAST) + 1);
    await follow(first!, folder);
    const chat = await startProgram(join(folder, 'server.js'));
    const [ann, ben] = [await visit(browser, chat.url), await visit(browser, chat.url)];
    await ann.page.getByLabel('Your message').fill('Ten minutes, and it works');
    await ann.page.keyboard.press('Enter');
    await ben.page.getByText('Ten minutes, and it works').waitFor();
    expect([...ann.problems, ...ben.problems]).toEqual([]);
    await chat.stop('SIGKILL');

    const types = await run('node', ['node_modules/typescript/bin/tsc'], { cwd: folder });
    expect(types).toMatchObject({ code: 0 });
    for (const step of others) await follow(step, folder);
    const tests = await run('node', ['--test', 'chat.test.js'], { cwd: folder });
    expect(tests.output).toMatch(/pass 3\n/);
    const whole = await startProgram(join(folder, 'server.js'));
    const eve = await visit(browser, whole.url);
    await eve.page.getByLabel('Your name').fill('Eve');
    await eve.page.getByRole('button', { name: 'Log in' }).click();
    await eve.page.getByText('Here: Eve').waitFor();
    expect(eve.problems).toEqual([]);
  },
);
