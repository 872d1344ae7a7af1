import { once } from 'node:events';
import { request } from 'node:http';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkName } from '../src/rules.js';
import { collect, firstAddress, spawnServer, startServer } from './support/server.js';

/** Asks for exactly this path; fetch() and browsers would tidy it up. */
async function get(url: string, path: string) {
  const { hostname, port } = new URL(url);
  const asking = request({ hostname, port, path, agent: false }).end();
  const [answer] = await once(asking, 'response');
  let body = '';
  for await (const chunk of answer.setEncoding('utf8')) body += chunk;
  return {
    status: answer.statusCode as number,
    type: String(answer.headers['content-type']),
    headers: answer.headers,
    body,
  };
}

describe('the files of the page', () => {
  it('are served with their content types, and the page allows no script of another origin', async () => {
    const { url } = await startServer();
    const page = await get(url, '/');
    expect(page).toMatchObject({ status: 200, type: expect.stringContaining('text/html') });
    expect(page.body).toContain('<title>Chatterbox</title>');
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    expect(await get(url, '/js/main.js')).toMatchObject({ status: 200, type: expect.stringContaining('javascript') });
    expect(await get(url, '/style/page.css')).toMatchObject({ status: 200, type: expect.stringContaining('text/css') });
    expect((await get(url, '/socket.io/socket.io.js')).body).toContain('Socket.IO');
  });

  it.each([
    '/nothing',
    '/js',
    '/js/',
    '/style/',
    '/%',
    '/%00',
    '/%ff',
    '/.git/config',
    '/..',
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/..%5cpackage.json',
    '/js/../../src/chat.ts',
    '/js/%2e%2e/%2e%2e/dist/server.js',
    '//etc/passwd',
    '/socket.io',
    '/socket.io/nothing.js',
    '/socket.io/../package.json',
  ])('are the only files that are served, and %s is refused', async (path) => {
    const { url } = await startServer();
    const { status, body } = await get(url, path);
    expect([400, 403, 404]).toContain(status);
    expect(body).not.toMatch(/"name"|class ChatNamespace|import |root:|node_modules/);
    expect((await get(url, '/')).status).toBe(200);
  });
});

describe('the server', () => {
  it('listens on PORT, and prints its URL', async () => {
    const free = await startServer();
    const { port } = new URL(free.url);
    await free.stop();
    expect(await firstAddress(spawnServer({ PORT: port }))).toBe(`http://localhost:${port}`);
  });

  it('reports that the port is taken, and exits with an error', async () => {
    const { url } = await startServer();
    const second = spawnServer({ PORT: new URL(url).port });
    const errors = collect(second);
    const [code] = await once(second, 'close');
    expect(code).not.toBe(0);
    expect(errors()).toContain('EADDRINUSE');
  });

  it.each(['polling', 'websocket'])(
    'shuts down in order on SIGTERM, and a client connected over %s reconnects by itself',
    async (transport) => {
      const { url, stop } = await startServer();
      const ann = io(`${url}/chat`, { transports: [transport], reconnection: false });
      onTestFinished(() => void ann.disconnect());
      await once(ann as never, 'connect');
      const gone = once(ann as never, 'disconnect');
      expect(await stop()).toBe(0);
      // Not `io server disconnect`, after which a client stays away.
      expect((await gone)[0]).toBe('transport close');
    },
  );
});

describe('a name', () => {
  it.each(['👩🏽‍💻', '👨‍👩‍👧', 'علی‌رضا', 'José'])('may be %s', (name) => {
    expect(checkName(name)).toBe(name);
  });

  it.each(['A\u200dnn', 'Ann\u200c', '\u202eAnn'])('may not hide a character in another one', (name) => {
    expect(() => checkName(name)).toThrow('Please use visible characters only.');
  });
});
