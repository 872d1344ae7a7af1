import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { type Answer, fetchAnswer, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';
import { legacyClientFiles } from '../../../src/server/static/legacy-client-files.js';
import { type Exchange, NEXT } from '../../../src/transport/exchange.js';

const require = createRequire(import.meta.url);
const dist = (name: string, file: string) =>
  readFileSync(join(dirname(require.resolve(`${name}/package.json`)), 'dist', file));
const bundle = dist('socket.io-client-0.9', 'socket.io.js');
const digest = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex');

async function get(name: string, headers = {}, options = {}): Promise<Answer> {
  const { url } = await startServer({ legacyClient: true, ...options });
  return fetchAnswer(`${url}/socket.io/${name}`, { headers });
}

describe('the browser client of Socket.IO 0.9', () => {
  it.each([
    'socket.io.js',
    'socket.io.v0.9.17.js',
    'socket.io+websocket.js',
    'socket.io+websocket+xhr-polling.v0.9.17.js',
  ])('is served as %s', async (name) => {
    const answer = await get(name);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/javascript; charset=utf-8');
    expect(answer.headers.etag).toBe('"0.9.17"');
    expect(digest(answer.bytes)).toBe(digest(bundle));
  });

  it.each(['WebSocketMain.swf', 'WebSocketMainInsecure.swf'])('comes with the Flash file %s', async (name) => {
    const answer = await get(`static/flashsocket/${name}`);
    expect(answer.headers['content-type']).toBe('application/x-shockwave-flash');
    expect(digest(answer.bytes)).toBe(digest(dist('socket.io-client-0.9', name)));
  });

  it.each([
    'socket.io+.js',
    'socket.io.v0.9.js',
    'socket.io+../../package.js',
    'static/flashsocket/../socket.io.js',
    'static/flashsocket/WebSocketMain.swf.js',
    'static/',
  ])('has no file %s', async (name) => {
    expect((await get(name)).status).toBe(404);
  });

  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
  ])('is compressed with %s for a client that takes it', async (coding, decompress) => {
    const answer = await get('socket.io.js', { 'Accept-Encoding': coding });
    expect(answer.headers['content-encoding']).toBe(coding);
    expect(answer.headers.vary).toBe('Accept-Encoding');
    expect(digest(decompress(answer.bytes))).toBe(digest(bundle));
  });

  it('is not sent again to a client that has it cached', async () => {
    const answer = await get('socket.io.js', { 'If-None-Match': 'W/"0.9.17"' });
    expect(answer).toMatchObject({ status: 304, body: '' });
    expect((await get('socket.io.js', { 'If-None-Match': '"4.8.4"' })).status).toBe(200);
  });

  it("replaces today's socket.io.js, and the other files stay", async () => {
    const answer = await get('socket.io.min.js');
    expect(digest(answer.bytes)).toBe(digest(dist('socket.io-client', 'socket.io.min.js')));
  });

  it('is the only file with serveClient: false', async () => {
    expect((await get('socket.io.js', {}, { serveClient: false })).status).toBe(200);
    expect((await get('socket.io.min.js', {}, { serveClient: false })).status).toBe(404);
  });

  it('is not served by default', async () => {
    const off = { legacyClient: false };
    expect((await get('socket.io.v0.9.17.js', {}, off)).status).toBe(404);
    expect((await get('static/flashsocket/WebSocketMain.swf', {}, off)).status).toBe(404);
    expect(digest((await get('socket.io.js', {}, off)).bytes)).toBe(digest(dist('socket.io-client', 'socket.io.js')));
  });

  it('logs once what to install if it is missing, and leaves the requests to the application', async () => {
    const errors: unknown[] = [];
    const files = legacyClientFiles((error) => errors.push(error), 'not-installed');
    // As much of an exchange as files look at.
    const exchange = { req: { method: 'GET', headers: {} }, upgrade: false } as unknown as Exchange;
    expect(await files.serve(exchange, 'socket.io.js')).toBe(NEXT);
    expect(await files.serve(exchange, 'socket.io.js')).toBe(NEXT);
    expect(errors).toEqual([
      new Error(
        'option legacyClient: its package is not installed; npm install not-installed@npm:socket.io-client@0.9.17',
      ),
    ]);
  });
});
