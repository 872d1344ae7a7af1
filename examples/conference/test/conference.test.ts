import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, screenshot, startProgram, type Visitor, visit } from '@sio/test-kit/examples';
import type { Browser } from 'playwright-core';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const start = () => startProgram(new URL('../dist/server.js', import.meta.url));

async function comeIn({ page }: Visitor, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Come in' }).click();
  await page.getByText('Connected').waitFor();
}

async function say({ page }: Visitor, text: string): Promise<void> {
  await page.getByLabel('Your message').fill(text);
  await page.keyboard.press('Enter');
}

const peopleSeenBy = ({ page }: Visitor) => page.locator('#people li').allTextContents();

it('the conference refuses a talk that is not in the programme', async () => {
  const { url } = await start();
  const socket = io(`${url}/talks/secret`, { auth: { name: 'Eve' }, reconnection: false });
  onTestFinished(() => void socket.disconnect());
  const error = await new Promise<Error>((resolve) => socket.on('connect_error', resolve));
  expect(error.message).toBe('This talk is not in the programme');
});

describe.skipIf(!chromiumPath)('the conference in browsers', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('shows the people of a talk and their messages, with code as code', async () => {
    const { url } = await start();
    const [ann, ben] = [await visit(browser, url), await visit(browser, url)];
    const handshakes: string[] = [];
    ben.page.on('request', (request) => {
      if (request.url().includes('EIO=4') && !request.url().includes('sid=')) handshakes.push(request.url());
    });
    await ann.page.getByLabel('Your name').fill(' ');
    await ann.page.getByRole('button', { name: 'Come in' }).click();
    await ann.page.getByText('Please tell your name').waitFor();
    await comeIn(ann, 'Ann');
    await comeIn(ben, 'Ben');
    await expect.poll(() => peopleSeenBy(ann)).toEqual(['Ann', 'Ben']);
    await ben.page.getByRole('link', { name: 'Types from end to end' }).click();
    await expect.poll(() => peopleSeenBy(ann)).toEqual(['Ann']);
    await expect.poll(() => peopleSeenBy(ben)).toEqual(['Ben']);
    await say(ben, 'Like this? ```const n: number = <any>"1";``` No!');
    await ben.page.locator('#lines pre').waitFor();
    expect(await ann.page.locator('#lines > div').count()).toBe(0);
    await ann.page.getByRole('link', { name: 'Types from end to end' }).click();
    await expect.poll(() => ann.page.locator('#lines pre').textContent()).toBe('const n: number = <any>"1";');
    await expect.poll(() => peopleSeenBy(ann)).toEqual(['Ann', 'Ben']);
    await say(ann, 'I see.');
    await ben.page.getByText('I see.').waitFor();
    await screenshot(ben.page, 'conference');
    expect(await overflowOnPhone(ann.page)).toBe(0);
    // One connection for all talks: a second one would begin with another handshake.
    expect(handshakes).toHaveLength(1);
    await ben.page.reload();
    await ben.page.getByText('I see.').waitFor();
    expect([...ann.problems, ...ben.problems]).toEqual([]);
  });
});
