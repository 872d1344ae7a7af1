import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, type Program, screenshot, startProgram, type Visitor, visit } from '@sio/test-kit/examples';
import { startNginxSite, startRedis } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import type { Browser } from 'playwright-core';
import { transformWithEsbuild } from 'vite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const here = fileURLToPath(new URL('../', import.meta.url));
const steps = readdirSync(here).filter((name) => /^\d-/.test(name));

/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Starts a step in a new folder, where it may write. */
function start(step: string, env: Record<string, string> = {}): Promise<Program> {
  const cwd = mkdtempSync(join(tmpdir(), 'sio-tutorial-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  symlinkSync(`${here}${step}/public`, join(cwd, 'public'));
  return startProgram(`${here}${step}/server.js`, { cwd, env });
}

async function logIn({ page }: Visitor, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByLabel('Your message').waitFor();
}

async function say({ page }: Visitor, text: string): Promise<void> {
  await page.getByLabel('Your message').fill(text);
  await page.keyboard.press('Enter');
}

/** Resolves when the next connection of a page uses its WebSocket. If it closes in the middle of that, only the heartbeat tells. */
function upgrades({ page }: Visitor): Promise<void> {
  return new Promise((resolve) => {
    page.on('websocket', (webSocket) => {
      webSocket.on('framesent', ({ payload }) => {
        if (payload === '5') resolve();
      });
    });
  });
}

const reads = ({ page }: Visitor, text: string) => page.getByRole('log').getByText(text, { exact: true }).waitFor();
const seesHere = ({ page }: Visitor, names: string) => page.getByText(`Here: ${names}`, { exact: true }).waitFor();

describe('the tutorial', () => {
  it.each(
    steps.flatMap((step) =>
      readdirSync(here + step)
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `${step}/${name}`),
    ),
  )('is the same program in TypeScript and in JavaScript: %s', async (file) => {
    const codeOf = async (name: string) => {
      // The option keeps imports that only types need, and drops those marked as types.
      const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } };
      const options = { target: 'es2022', minifyWhitespace: true, tsconfigRaw } as const;
      return (await transformWithEsbuild(readFileSync(here + name, 'utf8'), name, options)).code;
    };
    expect(await codeOf(file.replace(/\.ts$/, '.js'))).toBe(await codeOf(file));
  });
});

describe.skipIf(!chromiumPath)('people follow the tutorial:', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** Two people before a server each, or before the same. */
  async function two(...urls: string[]): Promise<[Visitor, Visitor]> {
    const ann = await visit(browser, urls[0]!);
    const ben = await visit(browser, urls.at(-1)!);
    return [ann, ben];
  }

  const bothLoggedIn = async (...urls: string[]) => {
    const both = await two(...urls);
    await logIn(both[0], 'Ann');
    await logIn(both[1], 'Ben');
    return both;
  };

  it('1, a message of one tab appears in the other', async () => {
    const { url } = await start('1-chat');
    const [ann, ben] = await two(url);
    await say(ann, 'Hello <b>there</b>');
    for (const person of [ann, ben]) await reads(person, 'Hello <b>there</b>');
    await screenshot(ann.page, 'tutorial-1');
    expect(await overflowOnPhone(ann.page)).toBe(0);
    expect([...ann.problems, ...ben.problems]).toEqual([]);
  });

  it('2, people log in, stay logged in after a reload, and log out in all their tabs', async () => {
    const { url } = await start('2-login');
    const [ann, ben] = await bothLoggedIn(url);
    await say(ann, 'Hello');
    await reads(ben, 'Ann: Hello');
    await ann.page.reload();
    await ann.page.getByLabel('Your message').waitFor();
    const tab = await ann.page.context().newPage();
    await tab.goto(url);
    await tab.getByRole('button', { name: 'Log out' }).click();
    for (const page of [tab, ann.page]) await page.getByLabel('Your name').waitFor();
    await ben.page.getByLabel('Your message').waitFor();
    await screenshot(ann.page, 'tutorial-2');
    expect([...ann.problems, ...ben.problems]).toEqual([]);
  });

  it('3, everybody sees who is here, who enters and who leaves, and each name once', async () => {
    const { url } = await start('3-names');
    const [ann, ben] = await two(url);
    await logIn(ann, 'Ann');
    await ben.page.getByLabel('Your name').fill('Ann');
    await ben.page.getByRole('button', { name: 'Log in' }).click();
    await ben.page.getByText('Ann is already here').waitFor();
    const upgraded = upgrades(ben);
    await logIn(ben, 'Ben');
    await reads(ann, 'Ben enters');
    await seesHere(ann, 'Ann, Ben');
    await screenshot(ann.page, 'tutorial-3');
    await upgraded;
    await ben.page.close();
    await reads(ann, 'Ben leaves');
    await seesHere(ann, 'Ann');
    expect(await overflowOnPhone(ann.page)).toBe(0);
  });

  it('4, a message stays in its room', async () => {
    const { url } = await start('4-rooms');
    const [ann, ben] = await bothLoggedIn(url);
    await seesHere(ben, 'Ann, Ben');
    await ann.page.getByLabel('Room').selectOption('kitchen');
    await reads(ben, 'Ann leaves');
    await seesHere(ann, 'Ann');
    await say(ben, 'Anybody?');
    await reads(ben, 'Ben: Anybody?');
    await ben.page.getByLabel('Room').selectOption('kitchen');
    await seesHere(ann, 'Ann, Ben');
    await say(ben, 'Tea?');
    await reads(ann, 'Ben: Tea?');
    await screenshot(ann.page, 'tutorial-4');
    expect(await ann.page.getByRole('log').getByText('Anybody?').count()).toBe(0);
    expect([...ann.problems, ...ben.problems]).toEqual([]);
  });

  it('5, a picture is shared, and no other file is served', async () => {
    const { url } = await start('5-files');
    const [ann, ben] = await bothLoggedIn(url);
    await seesHere(ben, 'Ann, Ben');
    await ann.page
      .getByLabel('Share a picture')
      .setInputFiles({ name: '../../x.png', mimeType: 'image/png', buffer: PIXEL });
    const picture = ben.page.getByAltText('A picture of Ann');
    await picture.waitFor();
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
    await screenshot(ben.page, 'tutorial-5');
    await ann.page.getByLabel('Share a picture').setInputFiles({ name: 'x.png', mimeType: 'text/html', buffer: PIXEL });
    await reads(ann, 'Only pictures, please');
    const statuses = [
      '/files/../server.js',
      '/files/%2e%2e%2fserver.js',
      '/files/..%5cserver.js',
      '/files/.env',
      '/server.js',
    ].map(async (path) => (await fetch(url + path)).status);
    expect((await Promise.all(statuses)).filter((status) => status === 200)).toEqual([]);
    const stranger = await fetch(`${url}/files`, {
      method: 'POST',
      headers: { 'content-type': 'image/png' },
      body: PIXEL,
    });
    expect(stranger.status).toBe(403);
    expect(ben.problems).toEqual([]);
  });

  it('6, a newcomer reads earlier messages, also after the server was replaced', async () => {
    const history = mkdtempSync(join(tmpdir(), 'sio-history-'));
    onTestFinished(() => rmSync(history, { recursive: true }));
    const env = { HISTORY: join(history, 'history.jsonl') };
    const first = await start('6-history', env);
    const ann = await visit(browser, first.url);
    await logIn(ann, 'Ann');
    await seesHere(ann, 'Ann');
    await say(ann, 'Remember the milk');
    await reads(ann, 'Ann: Remember the milk');
    await first.stop('SIGKILL');
    const second = await start('6-history', env);
    const ben = await visit(browser, second.url);
    await logIn(ben, 'Ben');
    await reads(ben, 'Ann: Remember the milk');
    await screenshot(ben.page, 'tutorial-6');
    expect(ben.problems).toEqual([]);
  });

  it.skipIf(!service('redis-server'))('8, people on two servers chat, and one login is valid on both', async () => {
    const env = { REDIS: await startRedis() };
    const [one, other] = [await start('8-two-servers', env), await start('8-two-servers', env)];
    const [ann, ben] = await bothLoggedIn(one.url, other.url);
    await seesHere(ann, 'Ann, Ben');
    await say(ben, 'Hello from the other server');
    await reads(ann, 'Ben: Hello from the other server');
    await screenshot(ann.page, 'tutorial-8');
    await ann.page.goto(other.url);
    await reads(ann, 'Ben: Hello from the other server');
    await seesHere(ann, 'Ann, Ben');
    expect([...ann.problems, ...ben.problems]).toEqual([]);
  });

  it.skipIf(!service('redis-server') || !service('nginx'))(
    '9, one of two servers behind nginx is replaced, and the chat continues',
    async () => {
      const env = { REDIS: await startRedis(), NODE_ENV: 'production', SECRET: 'of this test' };
      const servers = [await start('9-deployment', env), await start('9-deployment', env)];
      const conf = readFileSync(`${here}9-deployment/nginx.conf`, 'utf8');
      // As Docker's DNS does it: the name stands for each container.
      const hosts = servers.map(({ url }) => new URL(url).host.replace('localhost', '127.0.0.1'));
      const upstream = `upstream chat { ${hosts.map((host) => `server ${host};`).join(' ')} }`;
      const url = await startNginxSite(
        (port) => upstream + conf.replace('chat:3000', 'chat').replace('listen 80;', `listen 127.0.0.1:${port};`),
      );
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      const [ann, ben] = await bothLoggedIn(url);
      await seesHere(ann, 'Ann, Ben');
      await say(ann, 'Before');
      await reads(ben, 'Ann: Before');
      expect(await servers[0]!.stop()).toBe(0);
      await seesHere(ann, 'Ann, Ben');
      await seesHere(ben, 'Ann, Ben');
      await say(ann, 'After');
      await reads(ben, 'Ann: After');
      await reads(ben, 'Ann: Before');
      await screenshot(ben.page, 'tutorial-9');
    },
    // Two servers, a broker, a proxy and two people start for it, and a server ends.
    60_000,
  );
});

it('7, the tests of the chat pass', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', 'chat.test.js'], { cwd: `${here}7-tests` });
  expect(stdout).toMatch(/pass 3\n/);
});

it.skipIf(!service('redis-server'))('8, the tests of the chat pass with Redis', async () => {
  const env = { ...process.env, REDIS: await startRedis() };
  const options = { cwd: `${here}8-two-servers`, env };
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', 'chat.test.js'], options);
  expect(stdout).toMatch(/pass 3\n/);
});
