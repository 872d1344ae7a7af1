import { createRequire } from 'node:module';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { client, harness, next } from '../support/harness.js';
import { type Library, onBoth } from '../support/libraries.js';

const require = createRequire(import.meta.url);

/** A session over raw requests. */
async function raw(load: () => Promise<Library>, options: object = {}) {
  const running = await harness(load, options as never);
  const at = `${running.url}/socket.io/?EIO=4&transport=polling`;
  const opened = next(running.io.engine, 'connection');
  const { sid } = JSON.parse((await (await fetch(at)).text()).slice(1));
  const session = `${at}&sid=${sid}`;
  const [conn] = await opened;
  const request = async (
    method: string,
    body?: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(session, { method, headers, ...(body === undefined ? {} : { body }) });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  return {
    ...running,
    conn,
    session,
    get: (headers?: Record<string, string>) => request('GET', undefined, headers),
    post: (body: string) => request('POST', body),
    request,
  };
}

function old(url: string, options: object = {}) {
  const peer = require('socket.io-client-2.5')(url, {
    forceNew: true,
    reconnection: false,
    transports: ['websocket'],
    ...options,
  });
  onTestFinished(() => void peer.disconnect());
  return peer;
}

onBoth('protocol violations', (load) => {
  it.each([
    ['an event for a namespace without clients', ['2/nowhere,["a"]']],
    ['an event before a connect', ['2["a"]']],
    ['a connect error', ['0', '4{"message":"me?"}']],
    ['a second connect', ['0', '0']],
    ['what is not a packet', ['0', 'abc']],
  ])('end the connection of a client that sends %s', async (_what, packets) => {
    const { conn, post, get } = await raw(load);
    const closed = next(conn, 'close');
    for (const packet of packets) expect(await post(`4${packet}`)).toMatchObject({ status: 200, text: 'ok' });
    const words: string[] = [];
    while (words.at(-1) !== '1') words.push(...(await get()).text.split('\x1e'));
    expect((await closed)[0]).toBe('forced close');
    expect((await get()).status).toBe(400);
  });

  it('of the engine are parse errors', async () => {
    const { io, url } = await harness(load);
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const arrival = next(io.engine, 'connection');
    await next(ws, 'open');
    const [conn] = await arrival;
    const closed = next(conn, 'close');
    ws.send('z');
    expect((await closed)[0]).toBe('parse error');
  });
});

onBoth('polling', (load) => {
  it('answers with the texts that clients expect', async () => {
    const { get, post, request, conn } = await raw(load);
    const posted = await post('40');
    expect([posted.status, posted.text, posted.headers.get('content-type')]).toEqual([200, 'ok', 'text/html']);
    const polled = await get();
    expect(polled.text).toMatch(/^40\{"sid":"[\w-]{20}"\}$/);
    expect(polled.headers.get('content-type')).toBe('text/plain; charset=UTF-8');
    expect(polled.headers.get('cache-control')).toBe('no-store');
    expect(polled.headers.get('content-length')).toBe(String(polled.text.length));
    const closed = next(conn, 'close');
    expect((await request('POST', Uint8Array.of(1), { 'content-type': 'application/octet-stream' })).status).toBe(400);
    expect((await closed)[0]).toBe('transport error');
  });

  it('sends the header that Internet Explorer needs', async () => {
    const { post, get } = await raw(load);
    await post('40');
    expect(
      (await get({ 'user-agent': 'Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0)' })).headers.get(
        'x-xss-protection',
      ),
    ).toBe('0');
  });

  it('answers other methods with 500', async () => {
    const { request } = await raw(load);
    expect((await request('PUT', 'x')).status).toBe(500);
  });

  it('answers scripts where JSON with padding is asked for', async () => {
    const { url } = await harness(load, { allowEIO3: true });
    const response = await fetch(`${url}/socket.io/?EIO=3&transport=polling&j=3`);
    expect(await response.text()).toMatch(/^___eio\[3\]\(".*sid/);
  });

  it('ends when its client closes it, and the waiting poll is answered', async () => {
    const { conn, get, post } = await raw(load);
    const closed = next(conn, 'close');
    const [polled] = await Promise.all([get(), post('1')]);
    expect((await closed)[0]).toBe('transport close');
    expect(polled.text).toBe('6');
  });

  it('reports on close the packets that were never sent', async () => {
    const { io, conn, post } = await raw(load);
    const arrival = next(io, 'connection');
    await post('40');
    const [socket] = await arrival;
    const left = new Promise<number>((resolve) => conn.on('close', () => resolve(conn.writeBuffer.length)));
    socket.emit('never');
    conn.close(true);
    expect(await left).toBeGreaterThan(0);
  });
});

onBoth('clients 2.x', (load) => {
  it('are refused with the data of the error, or its message', async () => {
    const { io, url } = await harness(load, { allowEIO3: true });
    io.of('/message').use((_socket, go) => go(new Error('no')));
    io.of('/data').use((_socket, go) => go(Object.assign(new Error('no'), { data: { code: 7 } })));
    expect(await next(old(`${url}/message`), 'error')).toEqual(['no']);
    expect(await next(old(`${url}/data`), 'error')).toEqual([{ code: 7 }]);
  });

  it('join the main namespace without asking', async () => {
    const { io, url } = await harness(load, { allowEIO3: true });
    const arrival = next(io, 'connection');
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=3&transport=websocket`);
    const [[socket]] = await Promise.all([arrival, next(ws, 'open')]);
    expect([socket.conn.protocol, socket.id]).toEqual([3, socket.conn.id]);
    ws.close();
  });
});

onBoth('a socket that is refused', (load) => {
  it('cannot join a room any more', async () => {
    const { io, url } = await harness(load);
    let refused: any;
    io.use((socket, go) => {
      refused = socket;
      go(new Error('no'));
    });
    await next(client(url), 'connect_error');
    refused.join('room');
    expect([refused.connected, io.of('/').adapter.rooms.size]).toEqual([false, 0]);
  });
});

onBoth('options', (load) => {
  it('take a connect timeout of 0 for the default', async () => {
    const { Server } = await load();
    expect(new Server({ connectTimeout: 0 }).connectTimeout()).toBe(45_000);
  });

  it('of attach apply to the engine that it makes', async () => {
    const { Server } = await load();
    const { createServer } = await import('node:http');
    const io = new Server();
    io.attach(createServer(), { transports: ['websocket'], pingTimeout: 5 });
    expect(io.engine.opts).toMatchObject({ transports: ['websocket'], pingTimeout: 5 });
  });
});
