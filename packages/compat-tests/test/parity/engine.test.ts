import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ask, client, connected, harness, next, pair, record, settled } from '../support/harness.js';
import { onBoth } from '../support/libraries.js';

const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';

async function handshake(url: string, init?: RequestInit) {
  const response = await fetch(`${url}${HANDSHAKE}`, init);
  const text = await response.text();
  return { response, text, open: text.startsWith('0') ? JSON.parse(text.slice(1).split('\x1e')[0] ?? '') : undefined };
}

onBoth('io.engine', (load) => {
  it('counts the connections', async () => {
    const { io, url } = await harness(load);
    expect(io.engine.clientsCount).toBe(0);
    const { peer, socket } = await pair(io, url);
    expect(io.engine.clientsCount).toBe(1);
    const closed = next(socket.conn, 'close');
    peer.disconnect();
    await closed;
    expect(io.engine.clientsCount).toBe(0);
  });

  it('reports each raw connection', async () => {
    const { io, url } = await harness(load);
    const arrival = next(io.engine, 'connection');
    const { socket } = await pair(io, url);
    expect((await arrival)[0]).toBe(socket.conn);
  });

  it('shows its options', async () => {
    const { io } = await harness(load, { pingInterval: 123, pingTimeout: 45, maxHttpBufferSize: 678 });
    expect(io.engine.opts).toMatchObject({
      pingInterval: 123,
      pingTimeout: 45,
      maxHttpBufferSize: 678,
      upgradeTimeout: 10_000,
      transports: ['polling', 'websocket'],
      allowUpgrades: true,
    });
  });

  it.each([
    ['at once', () => 'my-very-own-id'],
    ['later', () => Promise.resolve('my-very-own-id')],
  ])('lets ids be made by the application, %s', async (_when, make) => {
    const { io, url } = await harness(load);
    const asked: unknown[] = [];
    (io.engine as any).generateId = (req: IncomingMessage) => {
      asked.push(req.url);
      return make();
    };
    expect((await handshake(url)).open.sid).toBe('my-very-own-id');
    expect(asked).toEqual([HANDSHAKE]);
  });

  it('refuses a handshake if no id could be generated, and tells listeners why', async () => {
    const { io, url } = await harness(load);
    (io.engine as any).generateId = () => Promise.reject(new Error('no ids'));
    const told = next(io.engine, 'connection_error');
    const { response } = await handshake(url);
    expect(response.status).toBe(400);
    expect((await told)[0]).toMatchObject({ code: 3, context: { name: 'ID_GENERATION_ERROR' } });
  });

  it.each([
    ['?EIO=4&transport=tobi', 'GET', { code: 0, message: 'Transport unknown', context: { transport: 'tobi' } }, 400],
    [
      '?EIO=4&transport=constructor',
      'GET',
      { code: 0, message: 'Transport unknown', context: { transport: 'constructor' } },
      400,
    ],
    [
      '?EIO=4&transport=__proto__',
      'GET',
      { code: 0, message: 'Transport unknown', context: { transport: '__proto__' } },
      400,
    ],
    [
      '?EIO=4&transport=webtransport',
      'GET',
      { code: 0, message: 'Transport unknown', context: { transport: 'webtransport' } },
      400,
    ],
    ['?EIO=4&transport=polling&sid=x', 'GET', { code: 1, message: 'Session ID unknown', context: { sid: 'x' } }, 400],
    [
      '?EIO=4&transport=polling',
      'POST',
      { code: 2, message: 'Bad handshake method', context: { method: 'POST' } },
      400,
    ],
    [
      '?EIO=4&transport=websocket',
      'GET',
      { code: 3, message: 'Bad request', context: { name: 'TRANSPORT_HANDSHAKE_ERROR' } },
      400,
    ],
  ])('refuses %s by %s and tells listeners', async (query, method, error, status) => {
    const { io, url } = await harness(load);
    const told = next(io.engine, 'connection_error');
    const response = await fetch(`${url}/socket.io/${query}`, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ code: error.code, message: error.message });
    const [seen] = await told;
    expect({ ...seen, req: undefined }).toEqual({ ...error, req: undefined });
    expect(seen.req.url).toBe(`/socket.io/${query}`);
  });

  it('asks allowRequest once for each handshake', async () => {
    const asked: unknown[] = [];
    const { io, url } = await harness(load, {
      allowRequest: (req, answer) => {
        asked.push(req.method);
        answer(req.headers['x-no'] === undefined ? null : 'go away', req.headers['x-no'] === undefined);
      },
    });
    const told = next(io.engine, 'connection_error');
    const { response, text } = await handshake(url, { headers: { 'x-no': '1' } });
    expect([response.status, JSON.parse(text)]).toEqual([403, { code: 4, message: 'go away' }]);
    expect((await told)[0]).toMatchObject({ code: 4, message: 'Forbidden', context: { message: 'go away' } });
    const { socket, peer } = await pair(io, url, { transports: ['polling'] });
    await settled(socket, peer);
    expect(asked).toEqual(['GET', 'GET']);
  });

  it('emits initial_headers once per connection and headers with every answer', async () => {
    const { io, url } = await harness(load);
    const told = { initial: 0, all: 0 };
    io.engine.on('initial_headers', (headers: Record<string, string>, req: IncomingMessage) => {
      told.initial += 1;
      headers['x-initial'] = String(req.url);
    });
    io.engine.on('headers', (headers: Record<string, string>) => {
      told.all += 1;
      headers['x-all'] = 'yes';
    });
    const first = await handshake(url);
    expect([first.response.headers.get('x-initial'), first.response.headers.get('x-all')]).toEqual([HANDSHAKE, 'yes']);
    const posted = await fetch(`${url}${HANDSHAKE}&sid=${first.open.sid}`, { method: 'POST', body: '40' });
    expect([posted.headers.get('x-initial'), posted.headers.get('x-all')]).toEqual([null, 'yes']);
    expect(told).toEqual({ initial: 1, all: 2 });
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const [res] = (await next(ws, 'upgrade')) as [IncomingMessage];
    ws.close();
    expect([res.headers['x-initial'] !== undefined, res.headers['x-all']]).toEqual([true, 'yes']);
  });

  it('runs middlewares for every request and upgrade', async () => {
    const { io, url } = await harness(load);
    const seen: string[] = [];
    io.engine.use((req: IncomingMessage, res: ServerResponse, go: () => void) => {
      seen.push(`${req.method} ${/transport=(\w+)/.exec(req.url ?? '')?.[1]}`);
      res.setHeader('x-mine', 'yes');
      setImmediate(go);
    });
    const { response } = await handshake(url);
    expect(response.headers.get('x-mine')).toBe('yes');
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const [res] = (await next(ws, 'upgrade')) as [IncomingMessage];
    ws.close();
    expect(res.headers['x-mine']).toBe('yes');
    expect(seen).toEqual(['GET polling', 'GET websocket']);
  });

  it('refuses a request at which a middleware fails', async () => {
    const { io, url } = await harness(load);
    io.engine.use((_req: IncomingMessage, _res: ServerResponse, go: (error?: Error) => void) => go(new Error('no')));
    const told = next(io.engine, 'connection_error');
    const { response, text } = await handshake(url);
    expect([response.status, JSON.parse(text)]).toEqual([400, { code: 3, message: 'Bad request' }]);
    expect((await told)[0]).toMatchObject({ code: 3, context: { name: 'MIDDLEWARE_FAILURE' } });
  });

  it('lets a middleware answer the request', async () => {
    const { io, url } = await harness(load);
    io.engine.use((_req: IncomingMessage, res: ServerResponse) => {
      res.writeHead(503);
      res.end('later');
    });
    const { response, text } = await handshake(url);
    expect([response.status, text]).toEqual([503, 'later']);
  });

  it('sends the initial packet right behind the handshake', async () => {
    const { url } = await harness(load, { initialPacket: 'hello' } as never);
    expect((await handshake(url)).text.split('\x1e')[1]).toBe('4hello');
  });

  it('sets the cookie on polling handshakes alone', async () => {
    const { url } = await harness(load, { cookie: true });
    const { response, open } = await handshake(url);
    expect(response.headers.get('set-cookie')).toBe(`io=${open.sid}; Path=/; HttpOnly; SameSite=Lax`);
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const [res] = (await next(ws, 'upgrade')) as [IncomingMessage];
    ws.close();
    expect(res.headers['set-cookie']).toBeUndefined();
  });

  it('gives the cookie the name of the option', async () => {
    const { url } = await harness(load, { cookie: { name: 'sid', maxAge: 60, path: '/chat', sameSite: 'strict' } });
    const { response, open } = await handshake(url);
    expect(response.headers.get('set-cookie')).toBe(
      `sid=${open.sid}; Max-Age=60; Path=/chat; HttpOnly; SameSite=Strict`,
    );
  });

  it('answers preflights and adds CORS headers, also to refusals', async () => {
    const { url } = await harness(load, { cors: { origin: 'https://example.com', credentials: true } });
    const headers = { origin: 'https://example.com' };
    const preflight = await fetch(`${url}${HANDSHAKE}`, { method: 'OPTIONS', headers });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://example.com',
    ]);
    const { response } = await handshake(url, { headers });
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    const refused = await fetch(`${url}/socket.io/?EIO=4&transport=tobi`, { headers });
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://example.com');
  });

  it('offers no upgrades when they are not allowed', async () => {
    expect((await handshake((await harness(load)).url)).open).toEqual({
      sid: expect.any(String),
      upgrades: ['websocket'],
      pingInterval: 25_000,
      pingTimeout: 20_000,
      maxPayload: 1_000_000,
    });
    expect((await handshake((await harness(load, { allowUpgrades: false })).url)).open.upgrades).toEqual([]);
    expect((await handshake((await harness(load, { transports: ['polling'] })).url)).open.upgrades).toEqual([]);
  });

  it('serves the path without a slash if addTrailingSlash is false', async () => {
    const { url } = await harness(load, { addTrailingSlash: false });
    expect((await fetch(`${url}/socket.io?EIO=4&transport=polling`)).status).toBe(200);
    await connected(url, { addTrailingSlash: false });
  });

  it('closes everything when it closes', async () => {
    const { io, url } = await harness(load);
    const { peer } = await pair(io, url);
    const gone = next(peer, 'disconnect');
    expect(io.engine.close()).toBe(io.engine);
    expect((await gone)[0]).toBe('transport close');
  });

  it('closes a client between two polls, and its next poll finds no session', async () => {
    const { io, url } = await harness(load);
    const { open } = await handshake(url);
    const session = `${url}${HANDSHAKE}&sid=${open.sid}`;
    await (await fetch(session, { method: 'POST', body: '40' })).text();
    await (await fetch(session)).text();
    io.engine.close();
    const next = await fetch(session);
    expect([next.status, await next.json()]).toEqual([400, { code: 1, message: 'Session ID unknown' }]);
  });

  it('tells a client with a waiting poll that it closes', async () => {
    const { io, url } = await harness(load);
    const { peer, socket } = await pair(io, url, { transports: ['polling'] });
    while (!socket.conn.transport.writable) await new Promise((resolve) => setImmediate(resolve));
    const gone = next(peer, 'disconnect');
    io.engine.close();
    expect((await gone)[0]).toBe('transport close');
  });

  it('refuses a message above its limit', async () => {
    const { io, url } = await harness(load, { maxHttpBufferSize: 100 });
    const { open } = await handshake(url);
    const posted = await fetch(`${url}${HANDSHAKE}&sid=${open.sid}`, { method: 'POST', body: `4${'x'.repeat(200)}` });
    expect(posted.status).toBe(413);
    const { socket, peer } = await pair(io, url);
    const gone = next(socket, 'disconnect');
    peer.emit('big', 'x'.repeat(200));
    expect((await gone)[0]).toBe('transport error');
  });

  it('compresses poll answers above the threshold', async () => {
    const { io, url } = await harness(load, { httpCompression: { threshold: 180 } } as never);
    const { open } = await handshake(url);
    const session = `${url}${HANDSHAKE}&sid=${open.sid}`;
    const poll = () => fetch(session, { headers: { 'accept-encoding': 'gzip' } });
    io.on('connection', (socket) => socket.emit('long', 'x'.repeat(200)));
    await fetch(session, { method: 'POST', body: '40' });
    const answers = [await poll()];
    if (!(await (answers[0] as Response).clone().text()).includes('xxx')) answers.push(await poll());
    expect(answers.at(-1)?.headers.get('content-encoding')).toBe('gzip');
    expect(await answers.at(-1)?.text()).toContain('xxx');
    expect(
      (await handshake(url, { headers: { 'accept-encoding': 'gzip' } })).response.headers.get('content-encoding'),
    ).toBeNull();
  });
});

onBoth('a raw connection', (load) => {
  it('has the members that describe it', async () => {
    const { io, url } = await harness(load);
    const { socket } = await pair(io, url, { transports: ['polling'] });
    const { conn } = socket;
    expect(conn).toMatchObject({
      protocol: 4,
      readyState: 'open',
      remoteAddress: '127.0.0.1',
      upgraded: false,
      upgrading: false,
    });
    expect(conn.transport).toMatchObject({ name: 'polling', discarded: false, supportsBinary: true });
    expect(typeof conn.transport.writable).toBe('boolean');
  });

  it('reports every packet received and sent', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const told = record(socket.conn, 'packet', 'packetCreate', 'data', 'message');
    const last = next(socket, 'hi');
    socket.emit('hey', 1);
    peer.emit('hi', 2);
    await last;
    expect(told.map(([event, what]) => [event, what?.type ?? what, what?.data])).toEqual([
      ['packetCreate', 'message', '2["hey",1]'],
      ['packet', 'message', '2["hi",2]'],
      ['data', '2["hi",2]', undefined],
      ['message', '2["hi",2]', undefined],
    ]);
  });

  it('reports binary as bytes', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const told = record(socket.conn, 'packet', 'packetCreate');
    const last = next(socket, 'hi');
    socket.emit('hey', Buffer.of(1));
    peer.emit('hi', Buffer.of(2));
    await last;
    expect(told.map(([event, { data }]) => [event, data])).toEqual([
      ['packetCreate', '51-["hey",{"_placeholder":true,"num":0}]'],
      ['packetCreate', Buffer.of(1)],
      ['packet', '51-["hi",{"_placeholder":true,"num":0}]'],
      ['packet', Buffer.of(2)],
    ]);
  });

  it('reports heartbeats', async () => {
    const { io, url } = await harness(load, { pingInterval: 10 });
    const { socket } = await pair(io, url);
    const ping = new Promise<any>((resolve) =>
      socket.conn.on('packetCreate', (p: any) => p.type === 'ping' && resolve(p)),
    );
    const pong = new Promise<any>((resolve) => socket.conn.on('packet', (p: any) => p.type === 'pong' && resolve(p)));
    const beat = next(socket.conn, 'heartbeat');
    await Promise.all([ping, pong, beat]);
  });

  it('emits flush and drain, also on the engine', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    await settled(socket, peer);
    const told: unknown[] = [];
    socket.conn.on('flush', (buffer: any[]) => told.push(['flush', buffer.length]));
    socket.conn.on('drain', () => told.push(['drain']));
    io.engine.on('flush', (conn: unknown) => told.push(['engine flush', conn === socket.conn]));
    io.engine.on('drain', (conn: unknown) => told.push(['engine drain', conn === socket.conn]));
    const drained = next(socket.conn, 'drain');
    socket.emit('hey');
    await drained;
    await settled(socket, peer);
    expect(told.slice(0, 4)).toEqual([['flush', 1], ['engine flush', true], ['drain'], ['engine drain', true]]);
  });

  it('reports an upgrade', async () => {
    const { io, url } = await harness(load);
    const arrival = next(io.engine, 'connection');
    client(url, { transports: ['polling', 'websocket'] });
    const [conn] = await arrival;
    const [[upgrading], [upgraded]] = (await Promise.all([next(conn, 'upgrading'), next(conn, 'upgrade')])) as [
      [any],
      [any],
    ];
    expect([upgrading.name, upgraded.name]).toEqual(['websocket', 'websocket']);
    expect([conn.transport.name, conn.upgraded, conn.upgrading]).toEqual(['websocket', true, false]);
  });

  it('reports its end with a reason and a description', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const closed = next(socket.conn, 'close');
    peer.io.engine.close();
    expect((await closed)[0]).toBe('transport close');
    expect(socket.conn.readyState).toBe('closed');
  });

  it('sends raw messages and calls back when they are sent', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const heard = next(peer.io.engine, 'message');
    const out = new Promise<any>((resolve) => (socket.conn as any).send('raw', {}, resolve));
    const again = new Promise<any>((resolve) => (socket.conn as any).write('more', resolve));
    expect((await heard)[0]).toBe('raw');
    expect((await out).name).toBe('websocket');
    await again;
  });
});

describe('client files', () => {
  onBoth('below the path', (load) => {
    it.each([
      ['socket.io.js', 'application/javascript; charset=utf-8'],
      ['socket.io.min.js', 'application/javascript; charset=utf-8'],
      ['socket.io.msgpack.min.js', 'application/javascript; charset=utf-8'],
      ['socket.io.esm.min.js', 'application/javascript; charset=utf-8'],
      ['socket.io.js?v=1', 'application/javascript; charset=utf-8'],
      ['socket.io.js.map', 'application/json; charset=utf-8'],
      ['socket.io.min.js.map', 'application/json; charset=utf-8'],
      ['socket.io.esm.min.js.map', 'application/json; charset=utf-8'],
      ['socket.io.msgpack.min.js.map', 'application/json; charset=utf-8'],
    ])('serves %s', async (name, type) => {
      const { url } = await harness(load);
      const response = await fetch(`${url}/socket.io/${name}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(type);
      expect(response.headers.get('cache-control')).toBe('public, max-age=0');
      expect((await response.text()).length).toBeGreaterThan(1000);
      const etag = response.headers.get('etag') as string;
      for (const tag of [etag, `W/${etag}`]) {
        const again = await fetch(`${url}/socket.io/${name}`, { headers: { 'if-none-match': tag } });
        expect([again.status, await again.text()]).toEqual([304, '']);
      }
    });

    it.each(['br', 'gzip', 'deflate'])('compresses them with %s', async (coding) => {
      const { url } = await harness(load);
      const response = await fetch(`${url}/socket.io/socket.io.js`, { headers: { 'accept-encoding': coding } });
      expect(response.headers.get('content-encoding')).toBe(coding);
      expect(await response.text()).toContain('Socket.IO');
    });

    it('sends CORS headers with them', async () => {
      const { url } = await harness(load, { cors: { origin: '*' } });
      const response = await fetch(`${url}/socket.io/socket.io.js`);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      await response.text();
    });

    it('serves them under another path', async () => {
      const { url } = await harness(load, { path: '/chat' });
      expect(await (await fetch(`${url}/chat/socket.io.min.js`)).text()).toContain('Socket.IO');
    });
  });
});

onBoth('corners of the engine', (load) => {
  it('refuses upgrades with 400 and the bare message, whatever the reason', async () => {
    const { url } = await harness(load, { allowRequest: (_req, answer) => answer('go away', false) });
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const [, res] = (await next(ws, 'unexpected-response')) as [unknown, IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of res) chunks.push(chunk as Buffer);
    expect([res.statusCode, Buffer.concat(chunks).toString()]).toEqual([400, 'go away']);
  });

  it('refuses protocol versions that it does not speak', async () => {
    const { io, url } = await harness(load, { allowEIO3: false });
    const told = next(io.engine, 'connection_error');
    expect((await fetch(`${url}/socket.io/?EIO=3&transport=polling`)).status).toBe(400);
    const [{ code, message, context }] = await told;
    expect([code, message, context]).toEqual([5, 'Unsupported protocol version', { protocol: 3 }]);
  });

  it('refuses another transport than the session’s', async () => {
    const { io, url } = await harness(load);
    const { socket } = await pair(io, url);
    const told = next(io.engine, 'connection_error');
    const sid = (socket.conn as unknown as { id: string }).id;
    expect((await fetch(`${url}${HANDSHAKE}&sid=${sid}`)).status).toBe(400);
    const context = { name: 'TRANSPORT_MISMATCH', transport: 'polling', previousTransport: 'websocket' };
    const [error] = await told;
    expect([error.code, error.context]).toEqual([3, context]);
  });

  it('refuses another protocol version than the session’s', async () => {
    const { io, url } = await harness(load, { allowEIO3: true });
    const { open } = await handshake(url);
    const told = next(io.engine, 'connection_error');
    expect((await fetch(`${url}/socket.io/?EIO=3&transport=polling&sid=${open.sid}`)).status).toBe(400);
    const [error] = await told;
    expect([error.code, error.context]).toEqual([3, { name: 'PROTOCOL_MISMATCH', protocol: 3, previousProtocol: 4 }]);
  });

  it('ends a session with two polls at once', async () => {
    const { io, url } = await harness(load);
    const arrival = next(io.engine, 'connection');
    const { open } = await handshake(url);
    const [conn] = await arrival;
    const closed = next(conn, 'close');
    const session = `${url}${HANDSHAKE}&sid=${open.sid}`;
    const statuses = (await Promise.all([fetch(session), fetch(session)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 400]);
    expect((await closed)[0]).toBe('transport error');
  });

  it('treats a heartbeat in the wrong direction as an error', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const closed = next(socket.conn, 'close');
    (peer.io.engine as unknown as { _sendPacket(type: string): void })._sendPacket('ping');
    const [reason, description] = await closed;
    expect(reason).toBe('transport error');
    expect(String(description)).toContain('invalid heartbeat direction');
  });

  it('uses the class of the option wsEngine', async () => {
    const { WebSocketServer } = await import('ws');
    const made: unknown[] = [];
    class Mine extends WebSocketServer {
      constructor(options: object) {
        super(options);
        made.push(options);
      }
    }
    const { io, url } = await harness(load, { wsEngine: Mine, maxHttpBufferSize: 1234 } as never);
    await pair(io, url);
    expect(made[0]).toMatchObject({ noServer: true, clientTracking: false, maxPayload: 1234 });
  });

  it('compresses WebSocket messages with perMessageDeflate', async () => {
    const { io, url } = await harness(load, { perMessageDeflate: { threshold: 10 } });
    io.on('connection', (socket) => socket.on('echo', (text, answer) => answer(text)));
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const [res] = (await next(ws, 'upgrade')) as [IncomingMessage];
    expect(res.headers['sec-websocket-extensions']).toContain('permessage-deflate');
    ws.close();
    const { peer } = await pair(io, url);
    const text = 'x'.repeat(5000);
    const heard = next(peer, 'news');
    io.emit('news', text);
    expect(await heard).toEqual([text]);
    expect(await ask(peer, 'echo', text)).toEqual([text]);
  });
});
