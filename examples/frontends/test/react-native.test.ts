import { runInNewContext } from 'node:vm';
import { startServer } from '@sio/test-kit';
import { chromiumPath, launchBrowser } from '@sio/test-kit/browser';
import { visit } from '@sio/test-kit/examples';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Chat } from '../chat.js';
import { ChatNamespace } from '../server/chat-namespace.js';
import { bundleForBrowser, bundleForReactNative } from './support/bundle.js';
import { servePage } from './support/page.js';

it('the chat connects with the APIs of React Native: a WebSocket with headers, and neither window nor document', async () => {
  const heard: unknown[] = [];
  const { url } = await startServer({
    namespaces: { '/chat': ChatNamespace },
    onConnection: () => {},
    allowRequest: (req, done) => {
      heard.push(req.headers['x-app']);
      done(null, true);
    },
  });
  const offered = {
    WebSocket,
    setTimeout,
    clearTimeout,
    AbortController,
    console,
    navigator: { product: 'ReactNative' },
  };
  const script = await bundleForReactNative('react-native-chat.ts');
  const { connect } = runInNewContext(`${script}; page`, offered) as { connect(url: string): Chat };
  const chat = connect(url);
  onTestFinished(() => chat.disconnect());
  await chat.ready();
  expect(await chat.call('say', 'hello')).toEqual({ delivered: true });
  expect(chat.said.map(({ text }) => text)).toEqual(['hello']);
  expect(heard).toEqual(['chat']);
});

describe.skipIf(chromiumPath === undefined)('the room in React Native for Web', () => {
  it('disconnects in the background and reconnects in the foreground', async () => {
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const script = await bundleForBrowser('react-native.jsx', { 'react-native': 'react-native-web' });
    const { url, io } = await servePage(script, '<div id="app"></div>');
    const { page, problems } = await visit(browser, url);
    await page.evaluate(() => (globalThis as any).page.start(document.querySelector('#app')));
    await page.waitForSelector('[role=status]:text("connected")');
    const [socket] = io.of('/chat').sockets.values();
    const left = new Promise((resolve) => socket!.once('disconnect', resolve));
    const show = (state: string) =>
      page.evaluate((visibility) => {
        Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);
    await show('hidden');
    expect(await left).toBe('client namespace disconnect');
    await page.waitForSelector('[role=status]:text("offline")');
    await show('visible');
    await page.waitForSelector('[role=status]:text("connected")');
    expect(problems).toEqual([]);
  });
});
