import { once } from 'node:events';
import { CookieJar, connected } from '@sio/test-kit';
import { expect, test } from 'vitest';

/** Somebody who looks at an app with a browser. */
export interface Visitor {
  readonly url: string;
  readonly jar: CookieJar;
  /** Submits a form. */
  post(path: string, form?: Record<string, string>): Promise<Response>;
}

/** @param url such as `http://127.0.0.1:41233` */
export function visitorOf(url: string): Visitor {
  const jar = new CookieJar();
  const post = (path: string, form: Record<string, string> = {}) =>
    jar.fetch(url + path, { method: 'POST', body: new URLSearchParams(form) });
  return { url, jar, post };
}

/** Declares the tests of what the guide of every framework begins with: people who log in by HTTP, talk, and log out. */
export function guideSuite(start: () => Promise<Visitor>): void {
  test('people log in by HTTP and talk', async () => {
    const { jar, url, post } = await start();
    const visitor = await connected(`${url}/chat`);
    expect(await visitor.emitWithAck('say', 'hello')).toMatchObject({ error: { name: 'who_are_you' } });
    await post('/login', { name: 'Ann' });
    const ann = await connected(`${url}/chat`, { extraHeaders: jar.headers });
    const said = once(visitor as never, 'said');
    expect(await ann.emitWithAck('say', 'hello')).toEqual({ delivered: true });
    expect(await said).toEqual(['Ann', 'hello']);
    expect([await ann.emitWithAck('visit'), await ann.emitWithAck('visit')]).toEqual([1, 2]);
  });

  test('a logout closes the sockets of the session', async () => {
    const { jar, url, post } = await start();
    await post('/login', { name: 'Ann' });
    const ann = await connected(`${url}/chat`, { transports: ['websocket'], extraHeaders: jar.headers });
    const gone = once(ann as never, 'disconnect');
    expect((await post('/logout')).status).toBe(204);
    expect((await gone)[0]).toBe('io server disconnect');
  });
}
