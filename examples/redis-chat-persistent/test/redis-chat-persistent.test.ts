import { readFileSync } from 'node:fs';
import { startBroker } from '@sio/test-kit/brokers';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { screenshot, startProgram, type Visitor, visit } from '@sio/test-kit/examples';
import { startNginxSite, startRedis } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const canRun = chromiumPath && service('redis-server') && service('postgres') && service('nginx');

const PEOPLE = [expect.stringMatching(/^Ann, process \d+$/), expect.stringMatching(/^Ben, process \d+$/)];

async function say({ page }: Visitor, text: string): Promise<void> {
  await page.getByLabel('Your message').fill(text);
  await page.keyboard.press('Enter');
}
const reads = ({ page }: Visitor, text: string) => page.locator('#lines').getByText(text).waitFor();

describe.skipIf(!canRun)('the Redis chat with persistence in browsers', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('keeps its users and their messages when one of two processes is killed', {
    timeout: 60_000,
  }, async () => {
    const database = await startBroker('postgres');
    onTestFinished(() => database.close());
    const env = { REDIS: await startRedis(), DATABASE: database.url };
    const servers = await Promise.all(
      [1, 2].map(() => startProgram(new URL('../dist/server.js', import.meta.url), { env })),
    );
    const ports = servers.map(({ url }) => new URL(url).port);
    const conf = readFileSync(new URL('../nginx.conf', import.meta.url), 'utf8');
    const site = (port: number) =>
      conf
        .replace(':3000', `:${ports[0]}`)
        .replace(':3001', `:${ports[1]}`)
        .replace('listen 8080', `listen 127.0.0.1:${port}`);
    const url = await startNginxSite(site);
    const [ann, ben] = [await visit(browser, url), await visit(browser, url)];
    for (const [{ page }, name] of [
      [ann, 'Ann'],
      [ben, 'Ben'],
    ] as const) {
      await page.getByLabel('Your name').fill(name);
      await page.getByRole('button', { name: 'Come in' }).click();
    }
    for (const { page } of [ann, ben])
      await expect.poll(() => page.locator('#people li').allTextContents()).toEqual(PEOPLE);
    await say(ann, 'Said before');
    await reads(ben, 'Said before');
    await servers[0]!.stop('SIGKILL');
    for (const person of [ann, ben]) await person.page.getByText('Connected').waitFor();
    await say(ben, 'Said after');
    for (const person of [ann, ben]) {
      await reads(person, 'Said after');
      await reads(person, 'Said before');
    }
    await screenshot(ann.page, 'redis-chat-persistent');
    const eve = await visit(browser, url);
    await eve.page.getByLabel('Your name').fill('Eve');
    await eve.page.getByRole('button', { name: 'Come in' }).click();
    await reads(eve, 'Said before');
  });
});
