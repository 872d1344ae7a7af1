import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, screenshot, startProgram, visit } from '@sio/test-kit/examples';
import { describe, expect, it, onTestFinished } from 'vitest';

const start = () => startProgram(new URL('../dist/server.js', import.meta.url));

it('the example serves the AsyncAPI document of its class, and the changes since the published one', async () => {
  const { url, stop } = await start();
  const document = (await (await fetch(`${url}/asyncapi.json`)).json()) as { operations: object; info: object };
  expect(document.info).toMatchObject({ title: 'Chat', version: '2.0.0' });
  expect(Object.keys(document.operations)).toEqual(['chat.client.say', 'chat.client.ban', 'chat.server.said']);
  const changes = (await (await fetch(`${url}/changes.json`)).json()) as { breaking: boolean; text: string }[];
  expect(changes.filter(({ breaking }) => breaking)).not.toEqual([]);
  expect(await stop()).toBe(0);
});

describe.skipIf(!chromiumPath)('the example in a browser', () => {
  it('lists what breaks clients, and shows the API', async () => {
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const { url } = await start();
    const { page, problems } = await visit(browser, url);
    const items = (id: string) => page.locator(`#${id} li`).allTextContents();
    await page.locator('#harmless li').first().waitFor();
    expect(await items('breaking')).toEqual([
      expect.stringContaining('/chat say: '),
      expect.stringContaining('/chat shout: '),
    ]);
    expect((await items('harmless')).join()).toContain('/chat ban');
    expect(await overflowOnPhone(page)).toBe(0);
    await page.getByRole('link', { name: 'The API as a page' }).click();
    await page.waitForFunction(() => document.body.textContent.includes('Operations'));
    const text = await page.locator('body').textContent();
    for (const part of ['/chat', 'say', 'said', 'delivered', 'Socket.IO 3 and 4']) expect(text).toContain(part);
    await screenshot(page, 'asyncapi');
    expect(problems).toEqual([]);
  });
});
