import { once } from 'node:events';
import { createServer, type Server as HttpServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Namespace, Server, type StaticFiles, socketio, staticFiles } from '@sio/core';
import { connect, listen } from '@sio/test-kit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';

const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url));
const files: StaticFiles = {
  '/': `${fixtures}public`,
  '/assets/': `${fixtures}public/sub`,
  '/table': { file: `${fixtures}table.data`, contentType: 'text/csv' },
  '/env': `${fixtures}public/.env`,
};

interface Answer {
  status: number | undefined;
  type: string | undefined;
  body: string;
}

/** A request whose path goes out as it is: `fetch` would tidy it up. */
async function get(port: number, path: string, headers = {}, method = 'GET'): Promise<Answer> {
  const sent = request({ port, host: '127.0.0.1', path, headers, method, agent: false }).end();
  const [res] = await once(sent, 'response');
  let body = '';
  for await (const chunk of res) body += chunk;
  return { status: res.statusCode, type: res.headers['content-type'], body };
}

class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }
}

describe('static files', () => {
  let port: number;
  beforeAll(async () => {
    const app = socketio({ '/': Echo }, { staticFiles: files }).listen(0);
    const http = app.io.httpServer as HttpServer;
    if (!http.listening) await once(http, 'listening');
    port = (http.address() as AddressInfo).port;
    return () => app.close();
  });

  test.each([
    ['/', 'text/html; charset=utf-8', '<h1>home</h1>\n'],
    ['/index.html?v=1', 'text/html; charset=utf-8', '<h1>home</h1>\n'],
    ['/sub/style.css', 'text/css; charset=utf-8', ':root {\n  color: red;\n}\n'],
    ['/sub/', 'text/html; charset=utf-8', '<h1>sub</h1>\n'],
    ['/assets/style.css', 'text/css; charset=utf-8', ':root {\n  color: red;\n}\n'],
    ['/assets/', 'text/html; charset=utf-8', '<h1>sub</h1>\n'],
    ['/table', 'text/csv', 'name,size\n'],
    ['/env', 'application/octet-stream', 'hidden\n'],
  ])('%s is served as %s', async (path, type, body) => {
    expect(await get(port, path)).toEqual({ status: 200, type, body });
  });

  test.each([
    '/../public-secret/key.txt',
    '/..%2fpublic-secret%2fkey.txt',
    '/sub/../../public-secret/key.txt',
    '/%2e%2e/public-secret/key.txt',
    '/../table.data',
    '/assets/../.env',
    '/.env',
    '/index.html%00.css',
    '/%',
    '/nothing',
    '/table/more',
    '//index.html/../..',
  ])('%s is not', async (path) => {
    const { status, body } = await get(port, path);
    expect([400, 403, 404]).toContain(status);
    expect(body).not.toMatch(/secret|hidden|name,size/);
  });

  test('are sent in part for a range, not at all if they have not changed, and not for a POST', async () => {
    expect(await get(port, '/index.html', { range: 'bytes=1-2' })).toMatchObject({ status: 206, body: 'h1' });
    const known = await fetch(`http://127.0.0.1:${port}/index.html`);
    const etag = known.headers.get('etag');
    expect((await get(port, '/index.html', { 'if-none-match': etag })).status).toBe(304);
    expect((await get(port, '/index.html', {}, 'POST')).status).toBe(404);
    expect(await get(port, '/index.html', {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  test('are served beside connections on the same port', async () => {
    expect(await connect('4.8.4', `http://127.0.0.1:${port}`).ask('echo', 1)).toEqual([1]);
  });

  test('can be served by your own server, in front of other handlers', async () => {
    const serve = staticFiles({ '/page': `${fixtures}public/index.html` });
    const http = createServer((req, res) => serve(req, res, () => res.end('else')));
    new Server(http);
    await listen(http);
    onTestFinished(() => void http.close());
    const { port: other } = http.address() as AddressInfo;
    expect((await get(other, '/page')).body).toContain('home');
    expect((await get(other, '/other')).body).toBe('else');
  });

  test('must exist', () => {
    expect(() => staticFiles({ '/': `${fixtures}nowhere` })).toThrow('ENOENT');
  });
});
