import { type AdminOptions, adminHandlers } from '@sio/admin';
import type { Socket } from '@sio/core';
import { connected, listen, startServer } from '@sio/test-kit';
import { launchBrowser } from '@sio/test-kit/browser';
import { service } from '@sio/test-kit/services';
import axe from 'axe-core';
import express from 'express';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

describe.skipIf(!service('chromium'))('the admin page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** The page before a server with one client, whose user calls itself as given. */
  async function opened(name: string, options: AdminOptions = {}) {
    const server = await startServer({
      onConnection: (socket: Socket) => {
        socket.data = { name: socket.handshake.auth.name, secret: 'a diary' };
        void socket.join(`room of ${socket.data.name}`);
      },
    });
    const handlers = adminHandlers(server.io, { user: ({ data }) => data.name, ...options });
    onTestFinished(handlers.stop);
    const url = await listen(express().use('/', handlers.node));
    const client = await connected(server.url, { auth: { name }, transports: ['websocket'] });
    const page = await browser.newPage({ locale: 'en' });
    onTestFinished(() => page.close());
    const failures: string[] = [];
    page.on('console', (message) => message.type() === 'error' && failures.push(message.text()));
    page.on('pageerror', (error) => failures.push(error.message));
    await page.goto(url);
    await page.getByText('Up to date').waitFor();
    return { ...server, client, page, failures };
  }

  async function find(page: Page, text: string) {
    await page.getByLabel('User, socket id or room').fill(text);
    await page.keyboard.press('Enter');
  }

  test('draws connections, rooms and charts without inline code', async () => {
    const { page, failures } = await opened('ada');
    const text = await page.locator('body').textContent();
    for (const part of [
      'Socket.IO 3 and 4',
      'websocket',
      'room of ada',
      'Connections: 1',
      'From clients',
      'No client is slow.',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('a diary');
    expect(await page.locator('canvas').count()).toBe(3);
    expect(await page.getByRole('img', { name: 'Connections: 1, at most 1' }).count()).toBe(1);
    expect(failures).toEqual([]);
  });

  test('finds a user and disconnects it, with the keyboard alone', async () => {
    const { page, client, io, failures } = await opened('ada');
    const gone = new Promise((resolve) => client.once('disconnect', resolve));
    await page.getByLabel('User, socket id or room').focus();
    await page.keyboard.type('ADA');
    await page.keyboard.press('Enter');
    await page.getByText('1 client found').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Disconnect');
    await page.keyboard.press('Enter');
    // The question begins at "Cancel".
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(io.sockets.sockets.size).toBe(1);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('ada is disconnected. 0 clients found').waitFor();
    await gone;
    expect(failures).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('is accessible in %s colours, with clients found', async (colorScheme) => {
    const { page } = await opened('ada', { showData: true });
    await page.emulateMedia({ colorScheme });
    await page.reload();
    await page.getByText('Up to date').waitFor();
    await find(page, 'ada');
    await page.getByText('1 client found').waitFor();
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => (window as never as { axe: typeof axe }).axe.run());
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  test('shows names of clients as text, with invisible characters escaped', async () => {
    const name = '<img src=x onerror=alert(1)>\u202Eeva\u0007';
    const { page, failures } = await opened(name);
    await find(page, 'onerror');
    await page.getByText('1 client found').waitFor();
    expect(await page.locator('#results').textContent()).toContain('<img src=x onerror=alert(1)>\\u{202e}eva\\u{7}');
    expect(await page.locator('#rooms').textContent()).toContain('\\u{202e}');
    expect(await page.locator('img').count()).toBe(0);
    expect(failures).toEqual([]);
  });

  test('shows the data of a client on request', async () => {
    const { page } = await opened('ada', { showData: true });
    await find(page, 'ada');
    expect(await page.locator('body').textContent()).not.toContain('a diary');
    await page.getByRole('button', { name: 'Show data of ada' }).click();
    await page.getByText('"secret": "a diary"').waitFor();
  });

  test('offers neither data nor disconnections that the application does not allow', async () => {
    const { page } = await opened('ada', { disconnect: false });
    await find(page, 'ada');
    await page.getByText('1 client found').waitFor();
    expect(await page.locator('#results button').count()).toBe(0);
  });

  test('reports that its figures are old when the server does not answer', async () => {
    const { page } = await opened('ada');
    await page.route('**/*stats*', (route) => route.fulfill({ status: 401, body: 'Log in first' }));
    await page.getByText('The figures are old: Log in first').waitFor();
  });
});
