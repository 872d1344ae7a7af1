import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Server } from '@sio/core';
import { connect, fetchAnswer, listenOnPort, type Version } from '@sio/test-kit';
import { startNginxSite } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import { describe, expect, it, onTestFinished } from 'vitest';

/** Starts a server behind the cache of `nginx/cdn.conf`. @returns the URL of the cache */
async function start(change: (site: string) => string = (site) => site) {
  const http = createServer((_req, res) => {
    res.setHeader('Cache-Control', 'public, max-age=3600');
    res.end('body {}');
  });
  const io = new Server(http, { allowEIO3: true });
  io.on('connection', (socket) => void socket.on('echo', (word, answer) => answer(word)));
  onTestFinished(() => io.close());
  const upstream = await listenOnPort(http);
  const site = change(readFileSync(new URL('../nginx/cdn.conf', import.meta.url), 'utf8'));
  const url = await startNginxSite((port) =>
    site
      .replace('listen 80', `listen 127.0.0.1:${port}`)
      .replace('http://127.0.0.1:3000', `http://127.0.0.1:${upstream}`)
      .replace('/var/cache/nginx/chat', 'cache'),
  );
  return { url, io };
}

const fromCache = async (url: string) => (await fetchAnswer(url)).headers['x-cache'];

/** A cache that stores every response and ignores queries: the worst case. */
const GREEDY = (site: string) =>
  site.replace('proxy_cache chat;', 'proxy_cache chat; proxy_cache_valid any 10m; proxy_cache_key $uri;');

describe.skipIf(!service('nginx'))('behind a cache', () => {
  it('the server gets one request for a file with a max-age, and every poll', async () => {
    const { url, io } = await start();
    expect([await fromCache(`${url}/page.css`), await fromCache(`${url}/page.css`)]).toEqual(['MISS', 'HIT']);
    const poll = '/socket.io/?EIO=4&transport=polling';
    const sessions = [await fetchAnswer(url + poll), await fetchAnswer(url + poll)].map(({ body }) => body);
    expect(sessions[0]).not.toBe(sessions[1]);
    expect(io.engine.clientsCount).toBe(2);
  });

  it.each<[Version, 'polling' | 'websocket']>([
    ['4.8.4', 'polling'],
    ['4.8.4', 'websocket'],
    ['2.5.0', 'polling'],
    ['0.9.17', 'polling'],
  ])(
    'clients %s over %s have separate sessions, although the cache stores responses and ignores queries',
    async (version, transport) => {
      const { url, io } = await start(GREEDY);
      // One after the other: the second would get what is kept of the first.
      const clients = [await connect(version, url, transport).joined()];
      clients.push(await connect(version, url, transport).joined());
      expect(io.engine.clientsCount).toBe(2);
      expect(await Promise.all(clients.map((client, index) => client.ask('echo', index)))).toEqual([[0], [1]]);
    },
  );

  it('a refusal is not cached for later clients', async () => {
    const { url, io } = await start(GREEDY);
    await io.drain({ deadline: 0 });
    const handshakes = ['/socket.io/?EIO=4&transport=polling', '/socket.io/1/'];
    for (const path of handshakes) expect((await fetchAnswer(url + path)).status).toBe(503);
    for (const path of handshakes) expect(await fromCache(url + path)).toBe('MISS');
  });
});
