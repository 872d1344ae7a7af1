import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, screenshot, startProgram, type Visitor, visit } from '@sio/test-kit/examples';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const start = () => startProgram(new URL('../dist/server.js', import.meta.url));
const connected = ({ page }: Visitor) => page.getByText('Connected').waitFor();

/** Pixels of the board that are drawn on. */
const inked = ({ page }: Visitor) =>
  page.evaluate(() => {
    const canvas = document.querySelector('canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, index) => index % 4 === 3 && value > 0).length;
  });

async function drawWave({ page }: Visitor, height: number): Promise<void> {
  const box = (await page.locator('canvas').boundingBox())!;
  const at = (n: number) =>
    [box.x + (box.width * n) / 40, box.y + box.height * (height + Math.sin(n / 3) / 6)] as const;
  await page.mouse.move(...at(2));
  await page.mouse.down();
  for (let n = 3; n < 38; n++) await page.mouse.move(...at(n));
  await page.mouse.up();
}

describe.skipIf(!chromiumPath)('the whiteboard in browsers', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('shows every drawing to all users, also to newcomers, until a user clears it', async () => {
    const { url } = await start();
    const [ann, ben] = [await visit(browser, url), await visit(browser, url)];
    for (const person of [ann, ben]) await connected(person);
    await drawWave(ann, 0.3);
    await expect.poll(() => inked(ben)).toBeGreaterThan(3000);
    await ben.page.getByText('1 drawing with you').waitFor();
    await ben.page.getByLabel('Colour').fill('#0f6b4f');
    await drawWave(ben, 0.6);
    const eve = await visit(browser, url);
    await expect.poll(async () => (await inked(eve)) === (await inked(ben))).toBe(true);
    await screenshot(eve.page, 'whiteboard');
    await ann.page.getByRole('button', { name: 'Clear the board' }).click();
    for (const person of [ann, ben, eve]) await expect.poll(() => inked(person)).toBe(0);
    expect(await overflowOnPhone(ann.page)).toBe(0);
    expect([...ann.problems, ...ben.problems, ...eve.problems]).toEqual([]);
  });
});
