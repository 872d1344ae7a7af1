import type { ServerOptions } from '@sio/core';
import { fetchAnswer, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

/** How a browser loads a script of each protocol version. */
const SCRIPTS = {
  'Engine.IO 4': '/socket.io/?EIO=4&transport=polling&j=0',
  'Engine.IO 3': '/socket.io/?EIO=3&transport=polling&j=0',
  'Socket.IO 0.9': '/socket.io/1/?jsonp=0',
} as const;

const COOKIE = { Cookie: 'login=ann' };

describe.each(Object.entries(SCRIPTS))('a page of another site that loads a JSONP script of %s', (version, path) => {
  /** Loads the script as a page does, and counts the sessions that it opens. */
  async function load(headers: Record<string, string>, options: ServerOptions = {}) {
    const { url, io } = await startServer(options);
    const { status } = await fetchAnswer(url + path, { headers: { ...headers, Host: new URL(url).host } });
    return { opened: io.engine.clientsCount, status };
  }

  /** A script cannot see a status, so that 0.9 is told of its refusal in one. */
  const refusal = version === 'Socket.IO 0.9' ? 200 : 403;

  it('and keeps its name to itself opens no session with its visitor’s cookie', async () => {
    expect(await load(COOKIE)).toEqual({ opened: 0, status: refusal });
  });

  it('opens no session with the password that the browser adds either', async () => {
    expect(await load({ Authorization: 'Basic YW5uOnNlY3JldA==' })).toEqual({ opened: 0, status: refusal });
  });

  it('opens no session in a browser that sends Sec-Fetch-Site or Referer', async () => {
    expect(await load({ ...COOKIE, 'Sec-Fetch-Site': 'cross-site' })).toEqual({ opened: 0, status: refusal });
    expect(await load({ ...COOKIE, Referer: 'http://evil.example/' })).toEqual({ opened: 0, status: refusal });
  });

  it('opens a session without a cookie, which reveals nothing of its visitor', async () => {
    expect(await load({})).toEqual({ opened: 1, status: 200 });
  });

  it('opens a session if pages of every origin may connect', async () => {
    expect(await load(COOKIE, { allowedOrigins: '*' })).toEqual({ opened: 1, status: 200 });
    expect(await load(COOKIE, { allowedOrigins: ['null'] })).toEqual({ opened: 1, status: 200 });
  });
});

describe.each(Object.entries(SCRIPTS))('the application’s own page over JSONP of %s', (_version, path) => {
  it.each([
    ['its address', (url: string) => ({ Referer: `${url}/chat.html` })],
    ['its origin', (url: string) => ({ Origin: url })],
    ['that it is the same site', () => ({ 'Sec-Fetch-Site': 'same-origin' })],
  ])('opens a session with a cookie when its browser tells %s', async (_what, headers) => {
    const { url, io } = await startServer();
    const answer = await fetchAnswer(url + path, { headers: { ...COOKIE, ...headers(url) } });
    expect([answer.status, io.engine.clientsCount]).toEqual([200, 1]);
  });
});

describe.each([
  [
    'Engine.IO 4',
    '/socket.io/?EIO=4&transport=polling',
    (sid: string) => `/socket.io/?EIO=4&transport=polling&j=0&sid=${sid}`,
  ],
  [
    'Engine.IO 3',
    '/socket.io/?EIO=3&transport=polling',
    (sid: string) => `/socket.io/?EIO=3&transport=polling&j=0&sid=${sid}`,
  ],
  ['Socket.IO 0.9', '/socket.io/1/', (sid: string) => `/socket.io/1/jsonp-polling/${sid}?i=0`],
] as const)('a session of %s that is polled by a script', (_version, handshake, poll) => {
  it('is not read with a cookie by a page that keeps its name to itself', async () => {
    const { url, io } = await startServer();
    await fetchAnswer(url + handshake);
    const [sid] = [...io.engine.clients.keys()];
    expect((await fetchAnswer(url + poll(sid!), { headers: COOKIE })).status).toBe(403);
  });
});
