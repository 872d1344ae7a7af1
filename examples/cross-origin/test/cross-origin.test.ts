import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, screenshot, startProgram, visit } from '@sio/test-kit/examples';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const start = () => startProgram(new URL('../dist/server.js', import.meta.url));
/** The first of the two that it prints. */
const pageOf = ({ url }: { url: string }) => url.replace(/,$/, '');

describe.skipIf(!chromiumPath)('a page and a server of two origins', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('communicate over both transports, with the cookie of the server', async () => {
    const { page, problems } = await visit(browser, pageOf(await start()));
    await page.getByText('Both transports connect').waitFor();
    const results = await page.locator('#results tr').allTextContents();
    expect(results).toHaveLength(2);
    for (const result of results) expect(result).toMatch(/connectedhttp:\/\/localhost:\d+yes$/);
    await screenshot(page, 'cross-origin');
    expect(await overflowOnPhone(page)).toBe(0);
    expect(problems).toEqual([]);
  });

  it('do not communicate if the server does not allow the origin', async () => {
    const { page } = await visit(browser, pageOf(await start()).replace('localhost', '127.0.0.1'));
    await page.getByText('Refused', { exact: true }).waitFor();
    const results = await page.locator('#results tr').allTextContents();
    expect(results).toHaveLength(2);
    for (const result of results) expect(result).toMatch(/^(?:polling|websocket)refused: /);
  });
});
