import { screenshot } from '@sio/test-kit/examples';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, executablePath, join, launchBrowser, PATIENCE, type Transport, visit } from './support/person.js';
import { startServer } from './support/server.js';

describe.skipIf(!executablePath)('two people in two browsers', PATIENCE, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  describe.each<Transport>(['polling', 'websocket', 'upgrade'])('over %s', (transport) => {
    const two = async () => {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann', { transport });
      const ben = await join(browser, url, 'Ben', { transport });
      await eventually(() => ann.names()).toEqual(['Ann (you)', 'Ben']);
      return { url, ann, ben };
    };

    it("read each other's messages, each once and in the same order", async () => {
      const { ann, ben } = await two();
      const said = [
        'Good morning! Is the new build out?',
        'Since an hour ago.',
        'Lovely. 😀 I shall tell the others.',
      ] as const;
      await ann.say(said[0]);
      await ben.say(said[1]);
      await ben.say(said[2]);
      const lines = [`Ann: ${said[0]}`, `Ben: ${said[1]}`, `Ben: ${said[2]}`];
      await eventually(() => ann.lines()).toEqual(lines);
      await eventually(() => ben.lines()).toEqual(lines);
      await screenshot(ann.page, 'chatterbox');
      expect([...ann.faults, ...ben.faults]).toEqual([]);
    });

    it('see who is in the room, who enters and who leaves', async () => {
      const { url, ann, ben } = await two();
      await ann.sees(ann.notices.last(), 'Ben entered.');
      const cleo = await join(browser, url, 'Cleo', { transport });
      await eventually(() => cleo.names()).toEqual(['Ann', 'Ben', 'Cleo (you)']);
      await eventually(() => ben.names()).toEqual(['Ann', 'Ben (you)', 'Cleo']);
      await cleo.page.close();
      await ann.sees(ann.notices.last(), 'Cleo left.');
      await eventually(() => ann.names()).toEqual(['Ann (you)', 'Ben']);
    });

    it('get no message of a user who has not logged in: SYSTEM answers, and the text stays in the field', async () => {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann', { transport });
      const visitor = await visit(browser, url, { transport });
      await visitor.submitLine('Can anybody hear me?');
      await eventually(() => visitor.lines()).toEqual(['SYSTEM: You must first login']);
      expect(await visitor.messageBox.inputValue()).toBe('Can anybody hear me?');
      await visitor.logIn('Ben');
      await visitor.messageBox.press('Enter');
      await eventually(() => ann.lines()).toEqual(['Ben: Can anybody hear me?']);
    });

    it('may log in again: the old name leaves and the new one enters', async () => {
      const { ann, ben } = await two();
      await ben.changeName('Benjamin');
      await ben.sees(ben.notices.last(), 'You are in Lobby as Benjamin.');
      await eventually(() => ann.notices.allTextContents()).toContain('Benjamin entered.');
      expect((await ann.notices.allTextContents()).slice(-2)).toEqual(['Ben left.', 'Benjamin entered.']);
      await eventually(() => ann.names()).toEqual(['Ann (you)', 'Benjamin']);
      await ben.say('It is still me');
      await eventually(() => ann.lines()).toEqual(['Benjamin: It is still me']);
    });

    it('get no messages of other rooms', async () => {
      const { ann, ben } = await two();
      await ben.goTo('Kitchen');
      await ann.sees(ann.notices.last(), 'Ben left.');
      await eventually(() => ben.names()).toEqual(['Ben (you)']);
      await ben.say('Tea, anyone?');
      await ann.say('Where is Ben?');
      await ann.goTo('Kitchen');
      await ben.sees(ben.notices.last(), 'Ann entered.');
      await ann.say('Yes please!');
      await eventually(() => ben.lines()).toEqual(['Ben: Tea, anyone?', 'Ann: Yes please!']);
    });

    it('see that the other is typing, until the message is sent or deleted', async () => {
      const { ann, ben } = await two();
      await ben.messageBox.pressSequentially('Hm');
      await ann.sees(ann.typing, /^Ben is typing…$/);
      await ben.messageBox.fill('');
      await ann.sees(ann.typing, /^$/);
      await ben.messageBox.fill('Hm, yes');
      await ann.sees(ann.typing, /^Ben is typing…$/);
      await ben.messageBox.press('Enter');
      await ann.sees(ann.typing, /^$/);
      expect(await ann.lines()).toEqual(['Ben: Hm, yes']);
      expect(await ben.typing.textContent()).toBe('');
    });

    it('read messages from before they entered', async () => {
      const { url } = await startServer();
      const ann = await join(browser, url, 'Ann', { transport });
      await ann.say('First!');
      await ann.say('Am I the first?');
      const ben = await join(browser, url, 'Ben', { transport });
      await eventually(() => ben.lines()).toEqual(['Ann: First!', 'Ann: Am I the first?']);
    });
  });
});
