import type { Browser, Page } from 'playwright-core';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
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

    it('shows it as it was typed, in messages, names and notices', async () => {
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

    it('follows new messages at the end, and does not scroll for users who read older ones', async () => {
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

    it('does not move by a pixel while a user reads older messages', async () => {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann');
      await fill(ann);
      await ann.log.evaluate((log) => log.scrollTo(0, 40));
      await ann.say('Mine');
      expect(await ann.log.evaluate((log) => log.scrollTop)).toBe(40);
    });

    it('keeps the end in view when the window shrinks, as with the keyboard of a phone', async () => {
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
    it('shows every control, and never scrolls sideways', async () => {
      const { url } = await startServer();
      const ann = await visit(browser, url, { viewport: { width, height } });
      await expectInside(ann.page, ['Log in', 'Lobby', 'Send']);
      await ann.logIn('A name of twenty ch.');
      await ann.say(`A word that does not end: ${'o'.repeat(200)}`);
      await ann.page.getByRole('button', { name: 'Change name' }).click();
      await expectInside(ann.page, ['Save name', 'Cancel', 'Change name', 'Lobby', 'Send']);
      expect(await ann.log.evaluate((log) => log.clientHeight)).toBeGreaterThan(40);
    });
  });

  describe('with eight people', () => {
    const NAMES = ['Ann', 'Ben', 'Cleo', 'Dora', 'Emil', 'Frieda', 'Gustav', 'Henriette'];

    /** All of them, the first in the browser. */
    async function eight(): Promise<Person> {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann', { viewport: { width: 375, height: 667 } });
      for (const name of NAMES.slice(1)) {
        const other = io(`${url}/chat`, { transports: ['websocket'], forceNew: true });
        onTestFinished(() => void other.disconnect());
        await other.emitWithAck('login', name);
      }
      await eventually(() => ann.people.count()).toBe(NAMES.length);
      return ann;
    }

    it('shows their number on phones and in a low window, and each of them below the heading', async () => {
      const ann = await eight();
      const heading = ann.page.getByRole('heading', { name: 'Who is here (8)' });
      const list = ann.page.getByRole('list', { name: 'Who is here (8)' });
      for (const [width, height] of [
        [375, 667],
        [320, 480],
        [1000, 420],
      ] as const) {
        await ann.page.setViewportSize({ width, height });
        const place = (await heading.boundingBox())!;
        expect(place.width).toBeGreaterThan(50);
        const { x, y, width: listWidth, height: listHeight } = (await list.boundingBox())!;
        expect(y).toBeGreaterThanOrEqual(place.y + place.height - 1);
        for (const name of NAMES) {
          const entry = ann.people.filter({ hasText: name });
          await entry.scrollIntoViewIfNeeded();
          const box = (await entry.boundingBox())!;
          const where = `${name} at ${width} × ${height}`;
          expect(box.x, where).toBeGreaterThanOrEqual(x - 1);
          expect(box.x + box.width, where).toBeLessThanOrEqual(x + listWidth + 1);
          expect(box.y + box.height, where).toBeLessThanOrEqual(y + listHeight + 1);
        }
        expect(await heading.boundingBox()).toEqual(place);
        await expectInside(ann.page, ['Change name', 'Lobby', 'Send']);
      }
    });

    it('lets the keyboard scroll the list', async () => {
      const ann = await eight();
      const list = ann.page.getByRole('list', { name: 'Who is here (8)' });
      await list.focus();
      await ann.page.keyboard.press('ArrowRight');
      await eventually(() => list.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
    });

    it('no longer counts users who leave', async () => {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann');
      const ben = await join(browser, url, 'Ben');
      await ann.page.getByRole('heading', { name: 'Who is here (2)' }).waitFor();
      await ben.page.close();
      await ann.page.getByRole('heading', { name: 'Who is here (1)' }).waitFor();
    });
  });

  describe('with a message that is too long', () => {
    it('shows an error at the field until the message changes', async () => {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann');
      await ann.submitLine('x'.repeat(1001));
      await ann.sees(ann.lineError, 'This line has 1001 characters. 1000 are allowed.');
      expect(await ann.messageBox.getAttribute('aria-invalid')).toBe('true');
      expect(await ann.messageBox.getAttribute('aria-describedby')).toBe('say-error');
      const [field, error] = [(await ann.messageBox.boundingBox())!, (await ann.lineError.boundingBox())!];
      expect(error.y - (field.y + field.height)).toBeLessThan(20);
      expect(await ann.messageBox.inputValue()).toHaveLength(1001);
      expect(await ann.notices.count()).toBe(1);
      await ann.messageBox.press('Backspace');
      await ann.sees(ann.lineError, /^$/);
      expect(await ann.messageBox.getAttribute('aria-invalid')).toBeNull();
      await ann.messageBox.press('Enter');
      await eventually(() => ann.lines()).toEqual([`Ann: ${'x'.repeat(1000)}`]);
    });

    it.each(['', '   '])('shows the placeholder again after the blank line "%s"', async (blank) => {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann');
      await ann.submitLine(blank);
      expect(await ann.messageBox.inputValue()).toBe('');
      expect(await ann.messageBox.evaluate((box) => box.matches(':placeholder-shown'))).toBe(true);
      await ann.say('Not blank');
      expect(await ann.lines()).toEqual(['Ann: Not blank']);
    });
  });

  it.each(['polling', 'websocket'] as const)(
    "remembers the user's name and room after a reload, over %s",
    async (transport) => {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann', { transport });
      await ann.goTo('Kitchen');
      await ann.changeName('Anna');
      await ann.sees(ann.notices.last(), 'You are in Kitchen as Anna.');
      await ann.page.reload();
      await ann.sees(ann.notices.last(), 'You are in Kitchen as Anna.');
      expect(await ann.names()).toEqual(['Anna (you)']);
      // Another tab is another person.
      const tab = await ann.anotherTab();
      await tab.sees(tab.status, /^Connected: /);
      expect(await tab.nameBox.inputValue()).toBe('');
    },
  );

  it('asks for another name after a reload if the name is taken', async () => {
    const { url, stop } = await startServer();
    const ann = await join(browser, url, 'Ann');
    await ann.page.goto('about:blank');
    const other = await join(browser, url, 'Ann');
    await ann.page.goBack();
    await ann.sees(ann.loginError, 'Ann is already here. Please choose another name.');
    expect(await ann.nameBox.inputValue()).toBe('Ann');
    await ann.logIn('Annabel');
    await eventually(() => other.names()).toEqual(['Ann (you)', 'Annabel']);
    await stop();
  });

  it('shows on the button of the form whether it logs in or changes the name', async () => {
    const { url } = await startServer();
    const ann = await visit(browser, url);
    const button = (name: string) => ann.page.getByRole('button', { name, exact: true });
    expect([await button('Log in').count(), await button('Save name').count()]).toEqual([1, 0]);
    await ann.logIn('Ann');
    await button('Change name').click();
    expect([await button('Log in').count(), await button('Save name').count()]).toEqual([0, 1]);
    await ann.submitName('Anna', 'Save name');
    await ann.sees(ann.notices.last(), 'You are in Lobby as Anna.');
  });

  it('reconnects by itself with the same name and room, and misses no message', async () => {
    const { url } = await startServer();
    const relay = await startRelay(url);
    const ann = await join(browser, relay.url, 'Ann');
    const ben = await join(browser, url, 'Ben');
    await ann.goTo('Kitchen');
    await ben.goTo('Kitchen');
    relay.cut();
    await ann.sees(ann.status, /Disconnected|cannot be reached/);
    await ben.sees(ben.notices.last(), 'Ann left.');
    await ben.say('Where are you?');
    await ann.submitLine('I am here');
    await ann.sees(ann.lineError, 'Not connected at the moment. Please try again.');
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
