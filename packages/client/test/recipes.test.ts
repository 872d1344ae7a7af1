import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { listen } from '@sio/test-kit';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { createElement } from 'react';
import { renderToString as renderReact } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSSRApp } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import { App as ReactApp } from './support/react-app.js';
import { startChat } from './support/server.js';
import { App as VueApp } from './support/vue-page.js';

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** The page as one script, with the sources of this package. */
async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path(entry)],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'page',
    define: { 'process.env.NODE_ENV': '"development"' },
    alias: { '@sio/client': path('../src/index.ts') },
  });
  return outputFiles[0]?.text ?? '';
}

const frameworks = [
  ['React', './support/react-page.ts', async (url: string) => renderReact(createElement(ReactApp, { url }))],
  ['Vue', './support/vue-page.ts', async (url: string) => renderVue(createSSRApp(VueApp, { url }))],
] as const;

describe.each(frameworks)('useNamespace for %s', (_, entry, renderOnServer) => {
  it('renders on a server without connecting', async () => {
    expect(await renderOnServer('http://127.0.0.1:9')).toContain('away');
  });

  describe.skipIf(!chromiumPath)('in Chromium', () => {
    let browser: Browser;
    let script: string;
    beforeAll(async () => {
      [browser, script] = await Promise.all([launchBrowser(), bundle(entry)]);
    });
    afterAll(() => browser?.close());

    /** Opens the page of an application whose server is the chat. */
    async function open(markup: string) {
      const { url, io } = await startChat({ cors: { origin: '*' } });
      const pages = createServer((_req, res) => {
        res.setHeader('content-type', 'text/html');
        res.end(`<!doctype html><div id="app">${markup}</div>`);
      });
      const page = await browser.newPage();
      onTestFinished(() => page.close());
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await page.goto(await listen(pages));
      await page.addScriptTag({ content: script });
      await page.evaluate(`page.start(${JSON.stringify(url)}, document.querySelector('#app'))`);
      return { page, io, errors };
    }

    it.each([
      ['a fresh page', ''],
      ['a page that a server rendered', 'server'],
    ])('shows what arrives and leaves with its component, on %s', async (_title, rendered) => {
      const markup = rendered === '' ? '' : await renderOnServer('');
      const { page, io, errors } = await open(markup);
      await page.waitForSelector('#state:text("connected")');
      await page.click('#say');
      await page.waitForSelector('li:text("hello")');
      expect(io.of('/').sockets.size).toBe(1);
      const [socket] = io.of('/').sockets.values();
      const left = new Promise((resolve) => socket?.once('disconnect', resolve));
      await page.click('#leave');
      expect(await left).toBe('client namespace disconnect');
      expect(errors.filter((text) => !text.includes('favicon'))).toEqual([]);
    });
  });
});
