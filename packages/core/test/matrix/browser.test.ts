import type { Server } from 'node:http';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { pageCells } from './cells.js';
import { features, playFeature } from './features.js';
import { ClientPage } from './remote/client-page.js';
import { startPages } from './remote/pages.js';
import { ResultTable } from './result-table.js';

const table = new ResultTable(features.map(({ name }) => name));

describe.skipIf(!chromiumPath)('in a page of another origin', () => {
  let browser: Browser;
  let pages: { server: Server; origin: string };
  beforeAll(async () => {
    browser = await launchBrowser();
    pages = await startPages();
  });
  afterAll(async () => {
    await browser.close();
    pages.server.close();
    table.print();
  });

  describe.each(pageCells)('client $name', (cell) => {
    let page: ClientPage;
    beforeAll(async () => {
      page = await ClientPage.open(await browser.newPage(), `${pages.origin}/page/${cell.version}`, cell.version);
    });
    afterAll(() => page.close());

    for (const feature of features) {
      if (feature.cannot?.(cell) !== undefined) table.excuse(cell.name, feature.name);
      else {
        it(feature.name, () => {
          const server = { cors: { origin: pages.origin, credentials: true } };
          const played = playFeature(cell, feature, (_, url, options) => page.connect(url, options), server);
          return table.note(cell.name, feature.name, played);
        });
      }
    }
  });
});
