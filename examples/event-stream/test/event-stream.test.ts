import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, screenshot, startProgram, visit } from '@sio/test-kit/examples';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOST_WAITING, Pace } from '../src/pace.js';

const start = (interval: number) =>
  startProgram(new URL('../dist/server.js', import.meta.url), { env: { INTERVAL: String(interval) } });

it('a slow reader loses the oldest posts, and gets the others in order', async () => {
  const read: number[] = [];
  let done = () => {};
  const pace = new Pace<number>((post) => {
    read.push(post);
    return new Promise<void>((resolve) => {
      done = resolve;
    });
  });
  for (let post = 0; post < MOST_WAITING + 6; post++) pace.push(post);
  while (read.length < MOST_WAITING + 1) {
    done();
    await new Promise(setImmediate);
  }
  expect(read).toEqual([0, ...Array.from({ length: MOST_WAITING }, (_, index) => index + 6)]);
});

describe.skipIf(!chromiumPath)('the event stream in browsers', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('shows each visitor the posts that they follow, and a slow one the numbers of waiting and dropped posts', async () => {
    const { url } = await start(20);
    const ann = await visit(browser, url);
    await ann.page.getByLabel('Words to follow').fill('a,b,c,d,e,f,g,h,i,j,k');
    await ann.page.getByRole('button', { name: 'Follow' }).click();
    await ann.page.getByText('At most 10 words, please').waitFor();
    await ann.page.getByLabel('Words to follow').fill('river, Music');
    await ann.page.getByRole('button', { name: 'Follow' }).click();
    await ann.page.getByText('You read about river or music.').waitFor();
    await ann.page.locator('#posts').evaluate((list) => list.replaceChildren());
    await expect.poll(() => ann.page.locator('#posts > div').count()).toBeGreaterThan(5);
    const texts = await ann.page.locator('#posts > div').allTextContents();
    // One that was on its way may still come.
    expect(texts.slice(1).filter((text) => !/river|music/i.test(text))).toEqual([]);
    const ben = await visit(browser, url);
    await ben.page.getByLabel(/You need .* for a post/).fill('500');
    const number = async (id: string) => Number(await ben.page.locator(id).textContent());
    await expect.poll(() => number('#dropped')).toBeGreaterThan(0);
    // One of them has just been handed over.
    expect(await number('#waiting')).toBe(MOST_WAITING - 1);
    await screenshot(ben.page, 'event-stream');
    expect(await overflowOnPhone(ben.page)).toBe(0);
    expect([...ann.problems, ...ben.problems]).toEqual([]);
  });
});
