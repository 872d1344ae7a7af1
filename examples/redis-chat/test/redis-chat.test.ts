import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, screenshot, startProgram, visit } from '@sio/test-kit/examples';
import { startRedis } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PEOPLE = [expect.stringMatching(/^Ann, process \d+$/), expect.stringMatching(/^Ben, process \d+$/)];

describe.skipIf(!chromiumPath || !service('redis-server'))('the Redis chat in browsers', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('connects people on two processes, who see each other and their messages', async () => {
    const env = { REDIS: await startRedis() };
    const servers = await Promise.all(
      [1, 2].map(() => startProgram(new URL('../dist/server.js', import.meta.url), { env })),
    );
    const people = await Promise.all(servers.map(({ url }) => visit(browser, url)));
    const [ann, ben] = people as [(typeof people)[0], (typeof people)[0]];
    for (const [{ page }, name] of [
      [ann, 'Ann'],
      [ben, 'Ben'],
    ] as const) {
      await page.getByLabel('Your name').fill(name);
      await page.getByRole('button', { name: 'Come in' }).click();
    }
    for (const { page } of people)
      await expect.poll(() => page.locator('#people li').allTextContents()).toEqual(PEOPLE);
    await ben.page.getByLabel('Your message').fill('Hello from the other process');
    await ben.page.keyboard.press('Enter');
    await ann.page.getByText('Hello from the other process').waitFor();
    await screenshot(ann.page, 'redis-chat');
    expect(await overflowOnPhone(ann.page)).toBe(0);
    expect([...ann.problems, ...ben.problems]).toEqual([]);
    expect(await servers[0]!.stop()).toBe(0);
    await expect.poll(() => ben.page.locator('#people li').allTextContents()).toEqual([PEOPLE[1]]);
  });
});
