import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, screenshot, startProgram, visit } from '@sio/test-kit/examples';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMeter } from '../src/load.js';

const start = () => startProgram(new URL('../dist/server.js', import.meta.url));

it('a busy core has a load between 0 and 100 percent', () => {
  const measure = loadMeter();
  const end = performance.now() + 50;
  while (performance.now() < end);
  const [time, ...cores] = measure();
  expect(time).toBeGreaterThan(0);
  expect(cores.every((load) => load >= 0 && load <= 100)).toBe(true);
});

describe.skipIf(!chromiumPath)('the CPU graph in browsers', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('moves, and shows the number of viewers', async () => {
    const { url } = await start();
    const ann = await visit(browser, url);
    await ann.page.getByText('of all cores, 1 watching').waitFor();
    await ann.page.locator('#graph canvas').waitFor();
    await expect.poll(() => ann.page.locator('#now').textContent()).toMatch(/^\d+ %$/);
    const ben = await visit(browser, url);
    await ann.page.getByText('of all cores, 2 watching').waitFor();
    await ben.page.locator('#graph canvas').waitFor();
    const painted = () => ben.page.evaluate(() => document.querySelector('canvas')!.toDataURL());
    const before = await painted();
    await expect.poll(painted).not.toBe(before);
    if (process.env.SIO_SCREENSHOTS === '1') await ben.page.waitForTimeout(25_000);
    await screenshot(ben.page, 'cpu');
    await ben.page.close();
    await ann.page.getByText('of all cores, 1 watching').waitFor();
    await ann.page.setViewportSize({ width: 375, height: 667 });
    await expect.poll(() => overflowOnPhone(ann.page)).toBe(0);
    expect([...ann.problems, ...ben.problems]).toEqual([]);
  });
});
