import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, executablePath, join, launchBrowser, PATIENCE, type Person, visit } from './support/person.js';
import { startServer } from './support/server.js';

describe.skipIf(!executablePath)('with only a keyboard', PATIENCE, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  const focused = ({ page }: Person) =>
    page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);

  it('a user logs in, chats, changes rooms and chooses another name', async () => {
    const { url } = await startServer();
    const ann = await visit(browser, url);
    const { keyboard } = ann.page;
    expect(await focused(ann)).toBe('name');
    await keyboard.type('Ann');
    await keyboard.press('Enter');
    await eventually(() => focused(ann)).toBe('line');
    await keyboard.type('Look, no mouse');
    await keyboard.press('Enter');
    await eventually(() => ann.lines()).toEqual(['Ann: Look, no mouse']);

    await pressUntil(ann, 'Shift+Tab', 'Kitchen');
    await keyboard.press('Enter');
    await ann.sees(ann.notices.last(), 'You are in Kitchen as Ann.');
    await pressUntil(ann, 'Tab', 'rename');
    await keyboard.press('Enter');
    expect(await focused(ann)).toBe('name');
    await keyboard.press('Escape');
    expect(await focused(ann)).toBe('rename');
    await keyboard.press('Space');
    await keyboard.type('Anna');
    await keyboard.press('Enter');
    await ann.sees(ann.notices.last(), 'You are in Kitchen as Anna.');
    await eventually(() => focused(ann)).toBe('line');
  });

  it('the focus is visible at every stop', async () => {
    const { url } = await startServer();
    const ann = await join(browser, url, 'Ann');
    const stops: string[] = [];
    for (;;) {
      await ann.page.keyboard.press('Tab');
      // Between the last stop and the first the focus is with the browser.
      if (await ann.page.evaluate(() => document.activeElement === document.body)) continue;
      const stop = (await focused(ann)) ?? '';
      if (stops.includes(stop)) break;
      stops.push(stop);
      const outline = await ann.page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
      expect(outline, stop).not.toBe('none');
    }
    expect(stops).toEqual(
      expect.arrayContaining(['Lobby', 'Kitchen', 'Library', 'people', 'rename', 'log', 'line', 'Send']),
    );
  });

  async function pressUntil(person: Person, key: string, goal: string): Promise<void> {
    for (let n = 0; n < 20; n++) {
      if ((await focused(person)) === goal) return;
      await person.page.keyboard.press(key);
    }
    throw new Error(`${goal} cannot be reached by ${key}`);
  }
});

describe.skipIf(!executablePath)('with a screen reader', PATIENCE, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it('every control has a role and a name', async () => {
    const { url } = await startServer();
    const ann = await join(browser, url, 'Ann');
    await ann.say('Hello?');
    const tree = await ann.page.locator('body').ariaSnapshot();
    for (const entry of [
      '- heading "Chatterbox" [level=1]',
      '- status: "Connected: websocket"',
      '- complementary "Rooms and people"',
      '- navigation "Rooms"',
      '- region "Who is here (1)"',
      '- list "Who is here (1)"',
      '- listitem: Ann (you)',
      '- button "Lobby"',
      '- heading "Lobby" [level=2]',
      '- log "Lobby"',
      '- textbox "Your message"',
      '- button "Send"',
    ]) {
      expect(tree).toContain(entry);
    }
    const current = ann.page.locator('[aria-current=true]');
    expect(await current.allTextContents()).toEqual(['Lobby']);
  });

  it('a screen reader announces new messages with their author, and no key presses', async () => {
    const { url } = await startServer();
    const ann = await join(browser, url, 'Ann');
    await ann.say('One');
    await ann.say('Two');
    const last = ann.log.locator('.message').last();
    expect(await last.ariaSnapshot()).toContain('Ann');
    const live = ann.page.locator('[role=log], [role=status], [role=alert], [aria-live]');
    expect(await live.evaluateAll((regions) => regions.map(({ id }) => id))).toEqual([
      'status',
      'log',
      'login-error',
      'say-error',
    ]);
  });

  it.each(['light', 'dark'] as const)(
    'the page has no accessibility violation (axe), in the %s',
    async (colorScheme) => {
      const { url } = await startServer();
      const ann = await visit(browser, url, { colorScheme });
      await ann.submitName('');
      await ann.sees(ann.loginError, 'Please');
      expect(await barriers(ann)).toEqual([]);
      await ann.logIn('Ann');
      const ben = await join(browser, url, 'Ben', { viewport: { width: 390, height: 700 }, colorScheme });
      await ben.say('Hello!');
      await ann.say('Hello, Ben!');
      await ben.page.getByRole('button', { name: 'Change name' }).click();
      expect(await barriers(ann)).toEqual([]);
      expect(await barriers(ben)).toEqual([]);
    },
  );

  /** The findings of axe, as `rule: where`. */
  async function barriers({ page }: Person): Promise<string[]> {
    await page.evaluate(axe.source);
    const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  }
});
