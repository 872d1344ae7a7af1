import { type PageVersion, startServer } from '@sio/test-kit';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ClientPage } from '../matrix/remote/client-page.js';
import { servePage, startPages } from '../matrix/remote/pages.js';

const SIZES = [30_000, 150_000, 900_000];
const OPTIONS = { transports: ['polling'] };

describe.skipIf(!chromiumPath)('a page whose client has its first events in one long answer to a poll', () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof startPages>>;
  beforeAll(async () => {
    browser = await launchBrowser();
    pages = await startPages(servePage);
  });
  afterAll(async () => {
    await browser.close();
    pages.server.close();
  });

  test.each<PageVersion>(['1.0.6', '1.1.0', '1.4.8', '1.7.4', '2.0.4', '2.5.0', '4.8.4'])(
    'connects once and reads it, with %s',
    async (version) => {
      const tab = await browser.newPage();
      // The last to go: its clients leave before.
      onTestFinished(() => tab.close());
      const page = await ClientPage.open(tab, `${pages.origin}/page/${version}`, version);
      for (const size of SIZES) {
        // Both kinds of text: one byte for a character, and three.
        for (const word of ['x'.repeat(size), '語'.repeat(size / 3)]) {
          let connections = 0;
          const { url } = await startServer({
            cors: { origin: pages.origin, credentials: true },
            onConnection(socket) {
              connections++;
              socket.emit('said', word);
              socket.on('echo', (said, answer) => answer(said));
            },
          });
          const client = await page.connect(url, OPTIONS);
          const [heard] = await client.next('said');
          expect(heard === word, `${size} ${word[0]}`).toBe(true);
          expect(await client.ask('echo', 'still there')).toEqual(['still there']);
          expect(connections).toBe(1);
        }
      }
    },
  );
});
