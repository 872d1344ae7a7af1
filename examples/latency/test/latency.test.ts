import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, screenshot, startProgram, visit } from '@sio/test-kit/examples';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const start = () => startProgram(new URL('../dist/server.js', import.meta.url));

describe.skipIf(!chromiumPath)('the latency page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('measures both transports, and draws a chart of them', async () => {
    const { url, stop } = await start();
    const { page, problems } = await visit(browser, url);
    for (const transport of ['websocket', 'polling']) {
      await expect.poll(() => page.locator(`#${transport}`).textContent()).toMatch(/^[\d.]+ ms$/);
    }
    const canvas = page.locator('#graph canvas');
    const painted = () => canvas.evaluate((node) => (node as HTMLCanvasElement).toDataURL());
    const before = await painted();
    await expect.poll(painted).not.toBe(before);
    if (process.env.SIO_SCREENSHOTS === '1') await page.waitForTimeout(20_000);
    await screenshot(page, 'latency');
    await page.setViewportSize({ width: 375, height: 667 });
    await expect.poll(() => overflowOnPhone(page)).toBe(0);
    expect(problems).toEqual([]);
    expect(await stop()).toBe(0);
  });
});
