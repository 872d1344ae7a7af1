import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually, executablePath, launchBrowser, PATIENCE, Person, type Transport } from './support/person.js';
import { startServer } from './support/server.js';

describe.skipIf(!executablePath)('the status line', PATIENCE, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** Opens the page and counts what its connection is made of. */
  async function watch(url: string, query: string) {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const seen = { polls: 0, sockets: 0 };
    page.on('request', (request) => {
      if (request.url().includes('transport=polling')) seen.polls += 1;
    });
    page.on('websocket', () => {
      seen.sockets += 1;
    });
    await page.goto(url + query);
    return { person: new Person(page), seen };
  }

  it.each<[Transport, string, boolean, boolean]>([
    ['polling', 'Connected: polling', true, false],
    ['websocket', 'Connected: websocket', false, true],
    ['upgrade', 'Connected: websocket', true, true],
  ])('names the transport in use, and ?transport=%s chooses it', async (transport, status, polls, sockets) => {
    const { url } = await startServer();
    const { person, seen } = await watch(url, `/?transport=${transport}`);
    await person.sees(person.status, status);
    await person.logIn('Ann');
    await person.say('Is this thing on?');
    expect({ polls: seen.polls > 0, sockets: seen.sockets > 0 }).toEqual({ polls, sockets });
    expect(await person.status.textContent()).toBe(status);
  });

  it.each(['/', '/?transport=pigeon', '/?transport=__proto__'])('ends at websocket for %s', async (query) => {
    const { url } = await startServer();
    const { person } = await watch(url, query);
    await person.sees(person.status, 'Connected: websocket');
  });

  it.each<Transport>(['polling', 'websocket'])(
    'explains over %s that the connection is lost, and that reconnecting failed',
    async (transport) => {
      const { url, stop } = await startServer();
      const { person } = await watch(url, `/?transport=${transport}`);
      await person.sees(person.status, 'Connected');
      await person.page.evaluate(noteStatusTexts);
      await stop();
      const sentences = ['Disconnected. Connecting again…', 'The server cannot be reached. Trying again…'];
      await eventually(() => person.page.evaluate('texts')).toEqual(sentences);
    },
  );
});

/** Runs in the page: from now on, keeps each text that the status line shows. */
function noteStatusTexts() {
  const texts: string[] = [];
  const status = document.querySelector('[role=status]')!;
  const note = () => texts.at(-1) !== status.textContent && texts.push(status.textContent);
  new MutationObserver(note).observe(status, { childList: true });
  Object.assign(window, { texts });
}
