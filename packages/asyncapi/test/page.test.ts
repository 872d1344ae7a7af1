import { type AsyncApiDocument, asyncapiHandlers, asyncapiPageHandlers } from '@sio/asyncapi';
import { type Emitted, Namespace, on, returns } from '@sio/core';
import { FRAMEWORKS, serveRoute } from '@sio/test-kit';
import { launchBrowser } from '@sio/test-kit/browser';
import { service } from '@sio/test-kit/services';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';

const emits = { said: z.object({ from: z.string(), text: z.string() }) };

class Chat extends Namespace<Emitted<typeof emits>> {
  static emits = emits;
  static acl = ['say'];

  @on('say', z.string().max(500))
  @returns(z.object({ delivered: z.boolean() }))
  say() {
    return { delivered: true };
  }

  onBan() {}
}

const ARGUMENTS = [
  { '/chat': Chat, '/orders/:id': Chat },
  { title: 'A chat', version: '1.4.0' },
] as const;

describe.each(FRAMEWORKS)('on %s', (framework) => {
  test('a route answers with the document', async () => {
    const url = `${await serveRoute(framework, asyncapiHandlers(...ARGUMENTS), '/docs')}/docs`;
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toMatch('application/json');
    expect(((await answer.json()) as AsyncApiDocument).info.title).toBe('A chat');
    const refused = await fetch(url, { method: 'POST' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('a route answers with the page and its files', async () => {
    const url = `${await serveRoute(framework, asyncapiPageHandlers(...ARGUMENTS), '/docs')}/docs`;
    const types = ['', '?file=document.json', '?file=page.js', '?file=component.js', '?file=component.css'].map(
      async (query) => {
        const answer = await fetch(url + query);
        expect(answer.status).toBe(200);
        expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100);
        return answer.headers.get('content-type')?.split(';')[0];
      },
    );
    expect(await Promise.all(types)).toEqual([
      'text/html',
      'application/json',
      'text/javascript',
      'text/javascript',
      'text/css',
    ]);
    for (const name of ['constructor', '../package.json', '']) {
      expect((await fetch(`${url}?file=${name}`)).status).toBe(404);
    }
  });
});

test.skipIf(!service('chromium'))('a browser shows the events of the namespaces without an error', async () => {
  const url = await serveRoute('express', asyncapiPageHandlers(...ARGUMENTS), '/docs');
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const failures: string[] = [];
  page.on('console', (message) => message.type() === 'error' && failures.push(message.text()));
  page.on('pageerror', (error) => failures.push(error.message));
  await page.goto(`${url}/docs`);
  await page.waitForFunction(() => document.body.textContent.includes('Operations'));
  const text = await page.locator('body').textContent();
  for (const part of [
    '/chat',
    '/orders/{id}',
    'say',
    'said',
    'ban',
    'Socket.IO 3 and 4',
    'delivered',
    'ban in /chat',
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('Error');
  expect(await page.title()).toBe('A chat 1.4.0');
  expect(failures).toEqual([]);
});
