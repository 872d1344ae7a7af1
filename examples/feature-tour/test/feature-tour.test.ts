import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { overflowOnPhone, type Program, screenshot, startProgram, type Visitor, visit } from '@sio/test-kit/examples';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSIONS } from '../src/clients.js';

/** One of each protocol and a few between; `SIO_CLIENTS=all` tries every version. */
const TRIED = process.env.SIO_CLIENTS === 'all' ? VERSIONS : (['0.9', '1.4', '2.5', '4.8'] as const);

const start = () => startProgram(new URL('../dist/server.js', import.meta.url));
const press = ({ page }: Visitor, name: string) => page.getByRole('button', { name, exact: true }).click();
const happens = ({ page }: Visitor, text: string) => page.locator('#results').getByText(text).first().waitFor();

describe.skipIf(!chromiumPath)('the feature tour in browsers', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  async function enter({ url }: Program, version: string): Promise<Visitor> {
    const visitor = await visit(browser, `${url}/?client=${version}`);
    await visitor.page.getByText(`Connected, with ${version}`).waitFor();
    return visitor;
  }

  it.each(TRIED)('has a working button for every feature, for a visitor with client %s', async (version) => {
    const program = await start();
    const [ann, ben] = [await enter(program, version), await enter(program, '4.8')];
    await happens(ann, 'welcome: ');
    await press(ann, 'To me');
    await happens(ann, 'to you alone: ');
    await press(ann, 'To all others');
    await happens(ben, 'to all others: ');
    await press(ben, 'To everybody');
    await happens(ann, 'to everybody: ');
    await press(ann, 'Join');
    await happens(ann, '["tea"]');
    await press(ben, 'To the room');
    await happens(ann, 'to room tea: ');
    await press(ben, 'To all outside');
    await happens(ben, 'to all outside of room tea: ');
    await press(ben, 'Close the room');
    await happens(ann, 'the room is closed: ');
    await press(ann, 'Leave');
    await happens(ann, '[]');
    await press(ann, 'Add 2 and 3');
    await happens(ann, 'acknowledgement: ');
    await press(ann, 'Send bytes');
    await happens(ann, '3 bytes');
    await press(ann, 'Ask me');
    await happens(ann, 'the server asked, you answered: ');
    await press(ann, 'Countdown');
    await happens(ann, 'countdown: ');
    await press(ann, 'Fail');
    await happens(ann, 'as_you_wish, This is the error that you asked for');
    await press(ann, 'Fail with an answer');
    await happens(ann, '{"error":{"name":"as_you_wish"');
    const results = async () => {
      await press(ann, 'Twice a minute');
      return ann.page.locator('#results').textContent();
    };
    await expect.poll(results).toContain('{"error":{"name":"rate_limited"');
    await press(ann, 'Who is here?');
    await happens(ann, 'eio4 over ');
    if (version === '0.9') await screenshot(ann.page, 'feature-tour');
    await press(ann, 'Throw me out');
    await ann.page.getByText('Disconnected').waitFor();
    await press(ann, 'Come back');
    await ann.page.getByText(`Connected, with ${version}`).waitFor();
    expect(await overflowOnPhone(ann.page)).toBe(0);
    expect(ben.problems).toEqual([]);
  });
});
