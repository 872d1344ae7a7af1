import { on } from 'node:events';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { screenshot, startProgram, visit } from '@sio/test-kit/examples';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const LOGIN = { username: 'operator', password: 'a secret' };

const start = () =>
  startProgram(new URL('../dist/server.js', import.meta.url), { env: { PASSWORD: LOGIN.password, SHARE: '1' } });

it('the example prints the spans of handlers, with the broadcasts that are part of them', async () => {
  const program = await start();
  let text = '';
  for await (const [part] of on(program.process.stdout!, 'data')) {
    text += part;
    const [, handler] = /^span \w+ broadcast \/chat said \([\d.]+ ms, part of (\w+)\)$/m.exec(text) ?? [];
    if (handler !== undefined && new RegExp(`^span ${handler} process /chat say `, 'm').test(text)) break;
  }
  expect(await program.stop()).toBe(0);
});

it('the example shows metrics only to the operator', async () => {
  const { url } = await start();
  expect((await fetch(`${url}/metrics`)).status).toBe(401);
  expect((await fetch(`${url}/admin`)).status).toBe(401);
  const authorization = `Basic ${btoa(`${LOGIN.username}:${LOGIN.password}`)}`;
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization } })).text();
  expect(text).toMatch(/^sio_events_received_total\{namespace="\/chat",event="say"\} \d+$/m);
  expect(text).toMatch(/^sio_received_bytes_total\{generation="eio4",transport="polling"\} \d+$/m);
});

describe.skipIf(!chromiumPath)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('the operator finds a guest and disconnects her', async () => {
    const { url } = await start();
    const { page, problems } = await visit(browser, url, { httpCredentials: LOGIN });
    await page.getByRole('link', { name: 'The page for operators' }).click();
    await page.getByText('Up to date').waitFor();
    await page.getByLabel('User, socket id or room').fill('ada');
    await page.keyboard.press('Enter');
    await page.getByText('1 client found').waitFor();
    await screenshot(page, 'operations');
    await page.locator('#results').getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('ada is disconnected. 0 clients found').waitFor();
    expect(problems).toEqual([]);
  });
});
