import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { visit } from '@sio/test-kit/examples';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alias, bundleForBrowser, bundleForServer, folderOf } from './support/bundle.js';
import { servePage } from './support/page.js';

interface Frontend {
  readonly page: string;
  /** The page that renders it on a server, if one does. */
  readonly server?: string;
  readonly alias?: Alias;
  /** It renders all that stands in the body. */
  readonly isWholeBody?: boolean;
}

const FRONTENDS: Readonly<Record<string, Frontend>> = {
  'React 19': { page: 'react.tsx', server: 'react-server.tsx' },
  'React 18': { page: 'react.tsx', alias: { react: folderOf('react-18'), 'react-dom': folderOf('react-dom-18') } },
  Vue: { page: 'vue.ts', server: 'vue.ts' },
  'Next (its page)': { page: 'next.jsx', server: 'next-server.jsx' },
  Svelte: { page: 'svelte.ts', server: 'svelte-server.ts' },
  Angular: { page: 'angular.ts', server: 'angular-server.ts', isWholeBody: true },
  'React Native for Web': { page: 'react-native.jsx', alias: { 'react-native': 'react-native-web' } },
};

let browser: Browser;
beforeAll(async () => {
  if (chromiumPath !== undefined) browser = await launchBrowser();
});
afterAll(() => browser?.close());

const inApp = (html: string) => `<div id="app">${html}</div>`;

describe.each(Object.entries(FRONTENDS))('the room in %s', (_name, { page, server, alias, isWholeBody }) => {
  let markup = '';
  let script = '';
  beforeAll(async () => {
    if (server !== undefined) {
      const html = await (await bundleForServer(server)).renderOnServer();
      markup = isWholeBody ? html : inApp(html);
    }
    if (chromiumPath !== undefined) script = await bundleForBrowser(page, alias);
  }, 60_000);

  it.runIf(server)('renders on a server without a connection', () => {
    expect(markup).toContain('offline');
    expect(markup).toContain('<form');
  });

  describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
    const cases = [
      ['on an empty page', false],
      ...(server === undefined ? [] : [['on a page that a server rendered', true] as const]),
    ] as const;

    it.each(cases)(
      'has one connection, shows each message once, and disconnects when it is removed, %s',
      async (_where, rendered) => {
        const { url, io, joined } = await servePage(script, rendered ? markup : inApp(''));
        const { page: tab, problems } = await visit(browser, url);
        await tab.evaluate(async () => {
          const scope = globalThis as any;
          scope.stop = await scope.page.start(document.querySelector('#app') ?? document.body);
        });
        await tab.waitForSelector('[role=status]:text("connected")');
        await tab.fill('[aria-label=Message]', 'hello');
        await tab.press('[aria-label=Message]', 'Enter');
        await tab.waitForSelector('li:text("hello"), [role=listitem]:text("hello")');
        expect(await tab.locator('li, [role=listitem]').count()).toBe(1);
        expect(joined()).toBe(1);
        expect(io.engine.clientsCount).toBe(1);
        const [socket] = io.of('/chat').sockets.values();
        const left = new Promise((resolve) => socket!.once('disconnect', resolve));
        await tab.evaluate(() => (globalThis as any).stop());
        expect(await left).toBe('client namespace disconnect');
        expect(problems).toEqual([]);
      },
    );
  });
});
