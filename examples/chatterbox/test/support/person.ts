import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

export { chromiumPath as executablePath, launchBrowser } from '@sio/test-kit/browser';

/** For machines that have other things to do as well. */
export const PATIENCE = { timeout: 60_000 };

/** Waits until what is looked at becomes as expected. */
export function eventually<T>(look: () => T) {
  return expect.poll(look);
}

export type Transport = 'polling' | 'websocket' | 'upgrade';

export interface VisitOptions extends BrowserContextOptions {
  readonly transport?: Transport;
}

const DESKTOP = { width: 1000, height: 700 };

/** Pages that wait for their next visitor: a new one takes the browser three times as long. */
const free = new WeakMap<Browser, Page[]>();

/**
 * Opens the chat and waits until it is connected. No other visitor shares its cookies. Its context is a new one where the options say
 * more than the size of the window; otherwise that of a visitor of an earlier test, with nothing left in it.
 */
export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Person> {
  const { transport, viewport = DESKTOP, ...contextOptions } = options;
  const isUsual = Object.keys(contextOptions).length === 0;
  const page =
    (isUsual ? free.get(browser)?.pop() : undefined) ??
    (await (await browser.newContext({ viewport, ...contextOptions })).newPage());
  onTestFinished(() => (isUsual ? release(browser, page) : page.context().close()));
  if (viewport !== null) await page.setViewportSize(viewport);
  const person = new Person(page);
  await person.page.goto(transport === undefined ? url : `${url}/?transport=${transport}`);
  await person.sees(person.status, /^Connected: /);
  return person;
}

/** Leaves the page as a new one would be. */
async function release(browser: Browser, page: Page): Promise<void> {
  const context = page.context();
  if (page.isClosed()) return context.close();
  for (const tab of context.pages()) if (tab !== page) await tab.close();
  page.removeAllListeners();
  await page.evaluate(() => sessionStorage.clear());
  await context.clearCookies();
  await page.goto('about:blank');
  free.set(browser, [...(free.get(browser) ?? []), page]);
}

/** Opens the chat and logs in. */
export async function join(browser: Browser, url: string, name: string, options?: VisitOptions): Promise<Person> {
  const person = await visit(browser, url, options);
  await person.logIn(name);
  return person;
}

/** Somebody before the page: finds things by role and label, as they (or their screen reader) do. */
export class Person {
  /** Errors in the page: exceptions, and violations of its content security policy. */
  readonly faults: string[] = [];
  readonly status: Locator;
  readonly log: Locator;
  readonly notices: Locator;
  readonly people: Locator;
  readonly typing: Locator;
  readonly nameBox: Locator;
  readonly loginError: Locator;
  readonly lineError: Locator;
  readonly messageBox: Locator;

  constructor(readonly page: Page) {
    this.status = page.getByRole('status');
    this.log = page.getByRole('log');
    this.notices = this.log.locator('.notice');
    this.people = page.getByRole('list', { name: 'Who is here' }).getByRole('listitem');
    this.typing = page.locator('#typing');
    this.nameBox = page.getByLabel('Your name');
    this.loginError = page.locator('#login-error[role=alert]');
    this.lineError = page.locator('#say-error[role=alert]');
    this.messageBox = page.getByLabel('Your message');
    page.on('pageerror', (error) => this.faults.push(String(error)));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.faults.push(message.text());
    });
  }

  /** Opens the page once more, with the same cookies. */
  async anotherTab(): Promise<Person> {
    const tab = new Person(await this.page.context().newPage());
    await tab.page.goto(this.page.url());
    return tab;
  }

  async submitName(name: string, button: 'Log in' | 'Save name' = 'Log in'): Promise<void> {
    await this.nameBox.fill(name);
    await this.page.getByRole('button', { name: button }).click();
  }

  async logIn(name: string): Promise<void> {
    await this.submitName(name);
    await this.notices.getByText(`as ${name}.`).waitFor();
  }

  async changeName(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Change name' }).click();
    await this.submitName(name, 'Save name');
  }

  async submitLine(text: string): Promise<void> {
    await this.messageBox.fill(text);
    await this.messageBox.press('Enter');
  }

  /** Says something and waits until it stands in the log. */
  async say(text: string): Promise<void> {
    await this.submitLine(text);
    await this.log.getByText(text, { exact: true }).waitFor();
    await eventually(() => this.messageBox.inputValue()).toBe('');
  }

  async goTo(room: string): Promise<void> {
    await this.page.getByRole('button', { name: room, exact: true }).click();
    await this.page.getByRole('heading', { name: room }).waitFor();
  }

  /** The lines in the log, each as `Author: text`; notices are left out. */
  lines(): Promise<string[]> {
    return this.log.locator('.message').evaluateAll((messages) =>
      messages.map((message) => {
        const part = (selector: string) => message.querySelector(selector)?.textContent;
        return `${part('.author span')}: ${part('.text')}`;
      }),
    );
  }

  async names(): Promise<string[]> {
    // A face's letter is hidden from screen readers; it is no part of the name.
    return this.people.evaluateAll((entries) => entries.map((entry) => entry.lastChild?.textContent ?? ''));
  }

  async sees(where: Locator, text: string | RegExp): Promise<void> {
    await eventually(() => where.textContent()).toMatch(text);
  }
}
