import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, executablePath, join, launchBrowser, PATIENCE, type Person, visit } from './support/person.js';
import { startRelay } from './support/relay.js';
import { startServer } from './support/server.js';

describe.skipIf(!executablePath)('the page', PATIENCE, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  describe('with text that looks like HTML', () => {
    const HOSTILE = '<img src=x onerror="document.title=\'owned\'"><b>bold</b>&amp;<script>alert(1)</script>';

    it('shows it as it was typed, in lines, names and notices', async () => {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann');
      const mallory = await join(browser, url, '<b>Mal</b>&lt;<i>');
      await mallory.messageBox.pressSequentially('x');
      await ann.sees(ann.typing, '<b>Mal</b>&lt;<i> is typing…');
      await mallory.say(HOSTILE);
      await eventually(() => ann.lines()).toEqual([`<b>Mal</b>&lt;<i>: ${HOSTILE}`]);
      await ann.sees(ann.notices.last(), '<b>Mal</b>&lt;<i> entered.');
      expect(await ann.names()).toEqual(['Ann (you)', '<b>Mal</b>&lt;<i>']);
      expect(await ann.page.locator('b, i, #log img, #log script').count()).toBe(0);
      expect(await ann.page.title()).toBe('Lobby – Chatterbox');
      expect([...ann.faults, ...mallory.faults]).toEqual([]);
    });
  });

  describe('with more lines than fit', () => {
    const fill = async (person: Person) => {
      for (let n = 1; n <= 20; n++) await person.say(`Line ${n}`);
    };
    const distanceToEnd = (person: Person) =>
      person.log.evaluate((log) => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight));

    it('scrolls along for those who look at the end, and stands still for those who read further up', async () => {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann');
      const ben = await join(browser, url, 'Ben');
      await fill(ben);
      await ann.log.getByText('Line 20').waitFor();
      expect(await distanceToEnd(ann)).toBeLessThan(2);
      await ann.log.evaluate((log) => log.scrollTo(0, 40));
      await ben.say('Something new');
      await ann.page.getByRole('button', { name: '1 new line' }).waitFor();
      await ben.say('And more');
      await ann.page.getByRole('button', { name: '2 new lines' }).click();
      expect(await ben.log.evaluate((log) => log.scrollTop)).toBeGreaterThan(40);
      expect(await distanceToEnd(ann)).toBeLessThan(2);
      await eventually(() => ann.page.getByRole('button', { name: 'new line' }).count()).toBe(0);
    });

    it('does not move by a pixel while one reads further up', async () => {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann');
      await fill(ann);
      await ann.log.evaluate((log) => log.scrollTo(0, 40));
      await ann.say('Mine');
      expect(await ann.log.evaluate((log) => log.scrollTop)).toBe(40);
    });

    it('keeps the end in sight when the window shrinks, as by the keyboard of a phone', async () => {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann');
      await fill(ann);
      await ann.page.setViewportSize({ width: 390, height: 420 });
      await eventually(() => distanceToEnd(ann)).toBeLessThan(2);
    });
  });

  describe.each([
    ['a phone', 360, 640],
    ['a small phone', 320, 480],
    ['a laptop', 1280, 720],
  ])('on %s', (_name, width, height) => {
    it('shows every control, and scrolls sideways nowhere', async () => {
      const { url } = await startServer();
      const ann = await visit(browser, url, { viewport: { width, height } });
      await expectInside(ann.page, ['Log in', 'Lobby', 'Send']);
      await ann.logIn('A name of twenty ch.');
      await ann.say(`A word that does not end: ${'o'.repeat(200)}`);
      await ann.page.getByRole('button', { name: 'Change name' }).click();
      await expectInside(ann.page, ['Log in', 'Cancel', 'Change name', 'Lobby', 'Send']);
      expect(await ann.log.evaluate((log) => log.clientHeight)).toBeGreaterThan(40);
    });
  });

  it('comes back by itself after a lost connection: same name, same room, nothing missed', async () => {
    const { url } = await startServer();
    const relay = await startRelay(url);
    const ann = await join(browser, relay.url, 'Ann');
    const ben = await join(browser, url, 'Ben');
    await ann.goTo('Kitchen');
    await ben.goTo('Kitchen');
    relay.cut();
    await ann.sees(ann.status, /Disconnected|Error/);
    await ben.sees(ben.notices.last(), 'Ann left.');
    await ben.say('Where are you?');
    await ann.submitLine('I am here');
    await ann.sees(ann.notices.last(), 'Not connected at the moment. Please try again.');
    relay.mend();
    await ann.sees(ann.status, /^Connected: /);
    await eventually(() => ann.lines()).toEqual(['Ben: Where are you?']);
    await eventually(() => ann.names()).toEqual(['Ben', 'Ann (you)']);
    await ann.messageBox.press('Enter');
    await eventually(() => ben.lines()).toEqual(['Ben: Where are you?', 'Ann: I am here']);
  });
});

/** These buttons are in the window, and nothing makes the page wider or higher than that. */
async function expectInside(page: Page, buttons: string[]): Promise<void> {
  const { width, height } = page.viewportSize()!;
  for (const name of buttons) {
    const box = (await page.getByRole('button', { name, exact: true }).boundingBox())!;
    expect(box, name).toMatchObject({ x: expect.any(Number) });
    expect(box.x, name).toBeGreaterThanOrEqual(0);
    expect(box.y, name).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width, name).toBeLessThanOrEqual(width);
    expect(box.y + box.height, name).toBeLessThanOrEqual(height);
  }
  const size = await page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return { scrollWidth, scrollHeight };
  });
  expect(size).toEqual({ scrollWidth: width, scrollHeight: height });
}
