import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually, executablePath, launchBrowser, PATIENCE, type Person, type Transport, visit } from './person.js';
import { startServer } from './server.js';

/**
 * Declares the tests of a chat whose people log in by HTTP.
 * @param test `import.meta.url` of the test file, which is in a folder of the example
 */
export function membersChat(framework: string, test: string): void {
  const example = fileURLToPath(new URL('../', test));

  describe(`the chat on ${framework}`, () => {
    it('ends with the signals of a process manager, clients and all', async () => {
      const { url, stop } = await startServer(example);
      const socket = io(`${url}/chat`, { forceNew: true, reconnection: false });
      onTestFinished(() => void socket.disconnect());
      await once(socket as never, 'connect');
      expect(await stop()).toBe(0);
    });
  });

  describe.skipIf(!executablePath)(`people in browsers, on ${framework}`, PATIENCE, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchBrowser();
    });
    afterAll(() => browser?.close());

    it.each<Transport>(['polling', 'websocket', 'upgrade'])('log in by HTTP and talk over %s', async (transport) => {
      const { url } = await startServer(example);
      const ann = await visit(browser, url, { transport });
      await ann.submitLine('Anybody?');
      await eventually(() => ann.lines()).toEqual(['SYSTEM: You must first login']);
      await ann.logIn('Ann');
      const ben = await visit(browser, url, { transport });
      await ben.submitName('ann');
      await ben.sees(ben.loginError, 'ann is already here. Please choose another name.');
      await ben.logIn('Ben');
      await ann.say('Hello Ben!');
      await ben.say('Hello Ann!');
      await eventually(() => ben.lines()).toEqual(['Ann: Hello Ben!', 'Ben: Hello Ann!']);
      await eventually(() => ann.names()).toEqual(['Ann (you)', 'Ben']);
      expect([...ann.faults, ...ben.faults]).toEqual([]);
    });

    it('are known when they load the page again, and in another tab', async () => {
      const { url } = await startServer(example);
      const ann = await visit(browser, url);
      await ann.logIn('Ann');
      await ann.page.reload();
      await ann.notices.getByText('as Ann.').waitFor();
      const tab = await ann.anotherTab();
      await tab.notices.getByText('as Ann.').waitFor();
      await eventually(() => tab.names()).toEqual(['Ann (you)']);
    });

    it('log out in all their own tabs at once, and in no others', async () => {
      const { url } = await startServer(example);
      const ann = await visit(browser, url);
      const ben = await visit(browser, url);
      await ann.logIn('Ann');
      await ben.logIn('Ben');
      const tab = await ann.anotherTab();
      await tab.notices.getByText('as Ann.').waitFor();
      await tab.page.getByRole('button', { name: 'Log out' }).click();
      for (const page of [ann, tab]) await isVisitor(page);
      await ben.sees(ben.notices.last(), 'Ann left.');
      await eventually(() => ben.names()).toEqual(['Ben (you)']);
      await ann.logIn('Anna');
      await eventually(() => ben.names()).toEqual(['Ben (you)', 'Anna']);
    });

    it('change their name', async () => {
      const { url } = await startServer(example);
      const ann = await visit(browser, url);
      await ann.logIn('Ann');
      await ann.changeName('Anna');
      await eventually(() => ann.names()).toEqual(['Anna (you)']);
    });
  });
}

async function isVisitor(person: Person): Promise<void> {
  await person.page.getByRole('button', { name: 'Log in' }).waitFor();
  await eventually(() => person.page.locator('body').getAttribute('class')).toBe('visitor');
  await eventually(() => person.names()).toEqual([]);
}
