import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, executablePath, join, launchBrowser, PATIENCE, visit } from './support/person.js';
import { startServer } from './support/server.js';

describe.skipIf(!executablePath)('the login form', PATIENCE, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it.each([
    ['no name', '', 'Please type a name.'],
    ['nothing but blanks', '   ', 'Please type a name.'],
    ['a name that is too long', 'n'.repeat(21), 'Please choose a name of at most 20 characters.'],
    ['invisible characters', 'Ann\u200b', 'Please use visible characters only.'],
    ['the name of the system', 'System', 'System is already here. Please choose another name.'],
  ])('reports what is wrong with %s, and waits for another name', async (_what, name, reason) => {
    const { url } = await startServer();
    const ann = await visit(browser, url);
    await ann.submitName(name);
    await ann.sees(ann.loginError, reason);
    expect(await ann.nameBox.getAttribute('aria-invalid')).toBe('true');
    expect(await ann.nameBox.evaluate((box) => box === document.activeElement)).toBe(true);
    await ann.logIn('Ann');
    expect(await ann.page.locator('#login-error').textContent()).toBe('');
  });

  it('refuses a taken name, in upper or lower case and in every room, until its owner has left', async () => {
    const { url } = await startServer();
    const ann = await join(browser, url, 'Ann');
    await ann.goTo('Library');
    const other = await visit(browser, url);
    await other.submitName(' ANN ');
    await other.sees(other.loginError, 'ANN is already here. Please choose another name.');
    await other.logIn('Ben');
    await other.goTo('Library');
    await ann.page.close();
    await other.sees(other.notices.last(), 'Ann left.');
    await other.changeName('Ann');
    await eventually(() => other.names()).toEqual(['Ann (you)']);
  });

  it('keeps the old name when the new one is refused or the form is cancelled', async () => {
    const { url } = await startServer();
    const ann = await join(browser, url, 'Ann');
    const ben = await join(browser, url, 'Ben');
    await ben.changeName('Ann');
    await ben.sees(ben.loginError, 'Ann is already here');
    await ben.page.getByRole('button', { name: 'Cancel' }).click();
    expect(await ben.nameBox.isVisible()).toBe(false);
    await ben.say('I stay who I am');
    await eventually(() => ann.lines()).toEqual(['Ben: I stay who I am']);
    expect(await ann.notices.allTextContents()).toEqual(['You are in Lobby as Ann.', 'Ben entered.']);
  });

  it('opens the room that was chosen before', async () => {
    const { url } = await startServer();
    const ann = await visit(browser, url);
    await ann.page.getByRole('button', { name: 'Kitchen' }).click();
    await ann.submitName('Ann');
    await ann.sees(ann.notices.last(), 'You are in Kitchen as Ann.');
  });
});
