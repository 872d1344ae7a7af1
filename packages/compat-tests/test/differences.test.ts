import { createServer } from 'node:http';
import { Adapter } from 'socket.io-adapter';
import { describe, expect, it } from 'vitest';
import { connected, harness, next, pair, record, settled } from './support/harness.js';
import { inProcess } from './support/in-process.js';
import { type Library, libraries } from './support/libraries.js';
import { SessionPair } from './support/webtransport.js';

const [theirs, ours] = libraries.map(([, load]) => load) as [() => Promise<Library>, () => Promise<Library>];

describe('safer than socket.io', () => {
  it.each([
    [
      'a listener throws',
      `io.on('connection', (s) => { s.on('bad', () => { throw new Error('x'); }); s.on('good', end); }); const c = client(); c.emit('bad'); c.emit('good');`,
    ],
    [
      'a listener rejects',
      `io.on('connection', (s) => { s.on('bad', async () => { throw new Error('x'); }); s.on('good', () => setImmediate(end)); }); const c = client(); c.emit('bad'); c.emit('good');`,
    ],
    ['a middleware throws', `io.use(() => { throw new Error('x'); }); client().on('connect_error', end);`],
    [
      'a connection listener throws',
      `io.on('connection', () => { throw new Error('x'); }); io.on('connection', (s) => s.on('good', end)); client().emit('good');`,
    ],
  ])('lives on when %s', async (_what, code) => {
    expect(await inProcess('socket.io', code)).toEqual({ code: 1, output: '' });
    expect(await inProcess('@sio/core/compat', code)).toEqual({ code: 0, output: 'still here' });
  });

  it('ends the process as socket.io does when the application wants it so', async () => {
    const code = `io.opts.errorHandler = (error) => queueMicrotask(() => { throw error; });
      io.on('connection', () => { throw new Error('x'); }); client();`;
    expect(await inProcess('@sio/core/compat', code)).toEqual({ code: 1, output: '' });
  });

  it('refuses WebTransport sessions where allowRequest is set or the transport is off', async () => {
    for (const options of [
      { transports: ['polling', 'webtransport'], allowRequest: (_req: unknown, answer: any) => answer(null, true) },
      { transports: ['polling', 'websocket'] },
    ]) {
      const { io } = await harness(ours, options as never);
      const session = new SessionPair();
      void io.engine.onWebTransportSession(session.server);
      await session.closed;
    }
  });

  it('reports handlers that fail', async () => {
    const { io, url } = await harness(ours);
    const { socket, peer } = await pair(io, url);
    socket.on('bad', () => {
      throw new Error('x');
    });
    const told = next(io, 'handler_error');
    peer.emit('bad');
    expect(await told).toMatchObject([{ message: 'x' }, { phase: 'event', event: 'bad', namespace: '/' }]);
  });

  it('accepts pages of other origins only if the application allows it', async () => {
    const knock = async (load: () => Promise<Library>, options: object = {}) => {
      const { url } = await harness(load, options);
      const headers = { origin: 'https://elsewhere.example' };
      return (await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers })).status;
    };
    expect(await knock(theirs)).toBe(200);
    expect(await knock(ours)).toBe(403);
    expect(await knock(ours, { allowedOrigins: '*' })).toBe(200);
    expect(await knock(ours, { cors: { origin: 'https://elsewhere.example' } })).toBe(200);
  });

  it('runs middlewares for clients that come back, unless told not to', async () => {
    for (const [load, runs] of [
      [theirs, 1],
      [ours, 2],
    ] as const) {
      const { io, url } = await harness(load, { connectionStateRecovery: {} });
      let count = 0;
      io.use((_socket, go) => {
        count += 1;
        go();
      });
      const { socket, peer } = await pair(io, url);
      socket.emit('a');
      await settled(socket, peer);
      const gone = next(socket, 'disconnect');
      peer.io.engine.close();
      await gone;
      const back = next(peer, 'connect');
      peer.connect();
      await back;
      expect([peer.recovered, count]).toEqual([true, runs]);
    }
  });

  it('keeps private ids and offsets out of what handlers see', async () => {
    for (const [load, seen] of [
      [theirs, { pid: 'x', offset: 'y', a: 1 }],
      [ours, { a: 1 }],
    ] as const) {
      const { io, url } = await harness(load, { connectionStateRecovery: {} });
      const { socket } = await pair(io, url, { auth: { pid: 'x', offset: 'y', a: 1 } });
      expect(socket.handshake.auth).toEqual(seen);
    }
  });

  it('does not wait forever for the acknowledgement of a client that has left', async () => {
    const { io, url } = await harness(ours);
    const { socket, peer } = await pair(io, url);
    const answer = socket.emitWithAck('never');
    peer.disconnect();
    await expect(answer).rejects.toThrow('socket has been disconnected');
    await expect(socket.emitWithAck('never')).rejects.toThrow('the socket has been disconnected');
  });

  it('ends an upgraded connection of a client 2.x that has fallen silent', async () => {
    const { io, url } = await harness(ours, { pingInterval: 300, pingTimeout: 700 });
    const { createRequire } = await import('node:module');
    const old = createRequire(import.meta.url)('socket.io-client-2.5');
    const arrival = next(io.engine, 'connection');
    const peer = old(url, { forceNew: true, reconnection: false });
    const [conn] = await arrival;
    await next(conn, 'upgrade');
    const { engine } = peer.io;
    for (const timer of [engine.pingIntervalTimer, engine.pingTimeoutTimer]) clearTimeout(timer);
    engine.onHeartbeat = engine.setPing = () => {};
    expect((await next(conn, 'close'))[0]).toBe('ping timeout');
    peer.disconnect();
  });

  it.each([
    [
      'namespaces of one connection',
      { maxNamespacesPerConnection: 2 },
      (peer: any) => ['/a', '/b', '/c'].map((nsp) => peer.io.socket(nsp)),
    ],
  ])('has a limit for %s', async (_what, options, exceed) => {
    for (const [load, holds] of [
      [theirs, false],
      [ours, true],
    ] as const) {
      const { io, url } = await harness(load, options as never);
      for (const nsp of ['/a', '/b', '/c']) io.of(nsp);
      const { socket, peer } = await pair(io, url);
      const gone = next(socket, 'disconnect').then(() => true);
      const all = exceed(peer) as object[];
      const inside = Promise.all(all.map((each) => next(each, 'connect'))).then(() => false);
      expect(await Promise.race([gone, inside])).toBe(holds);
    }
  });

  it('refuses invalid options', async () => {
    const { Server } = await ours();
    expect(() => new Server(createServer(), { pingInterval: -1 })).toThrow('option pingInterval');
    expect(() => new Server(createServer(), { transports: ['carrier pigeon'] as never })).toThrow('option transports');
  });
});

describe('different from socket.io', () => {
  it('serves clients 1.x and 2.x, unless told not to', async () => {
    const knock = async (load: () => Promise<Library>, options: object = {}) => {
      const { io, url } = await harness(load, options);
      const told = record(io.engine, 'connection_error');
      const { status } = await fetch(`${url}/socket.io/?EIO=3&transport=polling`);
      return [status, told[0]?.[1].code];
    };
    expect(await knock(theirs)).toEqual([400, 5]);
    expect(await knock(ours)).toEqual([200, undefined]);
    expect(await knock(ours, { allowEIO3: false })).toEqual([400, 5]);
    expect(await knock(theirs, { allowEIO3: true })).toEqual([200, undefined]);
  });

  it('leaves paths below its own that are not for Engine.IO to the application', async () => {
    const statuses = async (load: () => Promise<Library>) => {
      const { url } = await harness(load);
      const paths = ['/socket.io/package.json', '/socket.io/anything/?EIO=4&transport=polling'];
      return Promise.all(paths.map(async (path) => (await fetch(url + path)).status));
    };
    expect(await statuses(theirs)).toEqual([400, 200]);
    expect(await statuses(ours)).toEqual([404, 200]);
  });

  it('drops a volatile event if the client cannot take it, not because another event is being sent', async () => {
    for (const [load, expected] of [
      [theirs, ['first']],
      [ours, ['first', 'second']],
    ] as const) {
      const { io, url } = await harness(load);
      const { socket, peer } = await pair(io, url);
      const heard = record(peer, 'first', 'second');
      socket.emit('first');
      socket.volatile.emit('second');
      await settled(socket, peer);
      expect(heard.map(([event]) => event)).toEqual(expected);
    }
  });

  it('can be closed before it is attached', async () => {
    await expect(new (await theirs()).Server().close()).rejects.toThrow();
    await new (await ours()).Server().close();
  });

  it('hides offsets from listeners of outgoing events', async () => {
    for (const [load, seen] of [
      [theirs, ['news', 1, expect.any(String)]],
      [ours, ['news', 1]],
    ] as const) {
      const { io, url } = await harness(load, { connectionStateRecovery: {} });
      const { socket } = await pair(io, url);
      const outgoing: unknown[][] = [];
      socket.onAnyOutgoing((...args) => outgoing.push(args));
      io.emit('news', 1);
      expect(outgoing).toEqual([seen]);
    }
  });

  it('reports what is wrong with a packet with a code', async () => {
    for (const [load, code] of [
      [theirs, undefined],
      [ours, 'bad_type'],
    ] as const) {
      const { io, url } = await harness(load);
      const { socket, peer } = await pair(io, url);
      const told = next(socket, 'error');
      (peer.io.engine as any).write('9nonsense');
      expect((await told)[0].code).toBe(code);
    }
  });

  it('does not upgrade to a transport that is off', async () => {
    for (const [load, targets] of [
      [theirs, ['websocket', 'webtransport']],
      [ours, ['websocket']],
    ] as const) {
      const { io } = await harness(load);
      expect(io.engine.upgrades('polling')).toEqual(targets);
    }
  });

  it('calls the end of a client that breaks the protocol a forced close, on polling too', async () => {
    for (const [load, reason] of [
      [theirs, 'forced server close'],
      [ours, 'forced close'],
    ] as const) {
      const { io, url } = await harness(load);
      const at = `${url}/socket.io/?EIO=4&transport=polling`;
      const { sid } = JSON.parse((await (await fetch(at)).text()).slice(1));
      const session = `${at}&sid=${sid}`;
      const arrival = next(io, 'connection');
      await (await fetch(session, { method: 'POST', body: '40' })).text();
      const [socket] = await arrival;
      const gone = next(socket, 'disconnect');
      await (await fetch(session, { method: 'POST', body: '40' })).text();
      await (await fetch(session)).text();
      expect((await gone)[0]).toBe(reason);
    }
  });

  it('has the connections of the engine in a map', async () => {
    for (const [load, find] of [
      [theirs, (clients: any, id: string) => clients[id]],
      [ours, (clients: any, id: string) => clients.get(id)],
    ] as const) {
      const { io, url } = await harness(load);
      const { socket } = await pair(io, url);
      expect(find((io.engine as any).clients, (socket.conn as any).id)).toBe(socket.conn);
    }
  });

  it('accepts an arrow function that makes adapters', async () => {
    const adapter = ((nsp: unknown) => new Adapter(nsp)) as never;
    const [their, our] = [await theirs(), await ours()];
    expect(() => new their.Server({ adapter })).toThrow('not a constructor');
    expect(new our.Server({ adapter }).of('/').adapter).toBeInstanceOf(Adapter);
  });

  it('removes an empty child of a parent namespace, unless told not to', async () => {
    for (const [load, options, stays] of [
      [theirs, {}, true],
      [ours, {}, false],
      [ours, { cleanupEmptyChildNamespaces: false }, true],
    ] as const) {
      const { io, url } = await harness(load, options);
      io.of(/^\/r/);
      const peer = await connected(`${url}/r1`);
      const gone = next([...io.of('/r1').sockets.values()][0] as object, 'disconnect');
      peer.disconnect();
      await gone;
      expect(io._nsps.has('/r1')).toBe(stays);
    }
  });

  it('answers clients 2.x about an unknown namespace with the text of 2.x', async () => {
    const { createRequire } = await import('node:module');
    const old = createRequire(import.meta.url)('socket.io-client-2.5');
    for (const [load, words] of [
      [theirs, { message: 'Invalid namespace' }],
      [ours, 'Invalid namespace'],
    ] as const) {
      const { url } = await harness(load, { allowEIO3: true });
      const peer = old(`${url}/nowhere`, { forceNew: true, reconnection: false });
      expect(await next(peer, 'error')).toEqual([words]);
      peer.disconnect();
    }
  });

  it('warns of options without effect', async () => {
    const { Server } = await ours();
    const warnings: string[] = [];
    const logger = { error() {}, info() {}, debug() {}, warn: (text: string) => warnings.push(text) };
    new Server({ destroyUpgrade: false, idleTimeout: 10, logger } as never);
    expect(warnings).toEqual([
      'option destroyUpgrade has no effect: an unclaimed upgrade is answered at once',
      'option idleTimeout has no effect: it is meant for uWebSockets.js',
    ]);
  });

  it('does not run on uWebSockets.js', async () => {
    const { Server } = await ours();
    expect(() => new Server().attachApp({})).toThrow('uWebSockets.js is not supported');
  });

  it('answers an unclaimed upgrade at once', async () => {
    const { http, port } = await harness(ours);
    http.on('request', (_req, res) => void (res.headersSent || res.writeHead(404).end()));
    const { connect } = await import('node:net');
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    expect(String((await next(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 404/);
    socket.destroy();
  });

  it('answers a handshake through a server that it is not attached to', async () => {
    const { io } = await harness(ours);
    const other = createServer((req, res) => io.engine.handleRequest(req as never, res));
    other.on('upgrade', (req, socket, head) => io.engine.handleUpgrade(req as never, socket, head));
    other.listen(0, '127.0.0.1');
    await next(other, 'listening');
    const { port } = other.address() as { port: number };
    for (const transports of [['polling'], ['websocket']]) {
      const peer = await connected(`http://127.0.0.1:${port}`, { path: '/wherever', transports });
      peer.disconnect();
    }
    other.close();
    other.closeAllConnections();
  });
});
