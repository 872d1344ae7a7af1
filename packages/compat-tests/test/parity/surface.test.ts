import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { addressOf, ask, connected, harness, listening, next, pair, record, settled } from '../support/harness.js';
import { type Library, onBoth } from '../support/libraries.js';

const at = (url: string, rest = '') => `${url}/socket.io/?EIO=4&transport=polling${rest}`;

/** A session over polling that is in the main namespace and has heard so, and its socket on the server. */
async function polled(load: () => Promise<Library>, options: object = {}) {
  const running = await harness(load, options as never);
  const arrival = next(running.io, 'connection');
  const { sid } = JSON.parse((await (await fetch(at(running.url))).text()).slice(1));
  const session = at(running.url, `&sid=${sid}`);
  await (await fetch(session, { method: 'POST', body: '40' })).text();
  const [socket] = (await arrival) as [import('socket.io').Socket];
  await (await fetch(session)).text();
  return { ...running, sid: sid as string, session, socket };
}

/** In a turn of its own: weak references hold for the one in which they are looked at. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  await new Promise((resolve) => setImmediate(resolve));
  runInNewContext('gc')();
}

onBoth('the module engine.io', (load) => {
  it('has attach and listen, whose engines a server takes over', async () => {
    const { attach, listen, protocol } = await import('engine.io');
    expect(protocol).toBe(4);
    const http = createServer();
    for (const engine of [attach(http, {}), listen(0, {}, () => {})]) {
      const server = (engine as { httpServer?: import('node:http').Server }).httpServer ?? http;
      const io = new (await load()).Server();
      io.bind(engine as never);
      if (server === http) http.listen(0, '127.0.0.1');
      if (!server.listening) await once(server, 'listening');
      onTestFinished(async () => {
        await io.close();
        server.close();
      });
      const url = `http://127.0.0.1:${addressOf(server).port}`;
      await pair(io, url, { path: '/engine.io' });
      if (server !== http) expect((await fetch(`${url}/elsewhere`)).status).toBe(501);
    }
  });
});

onBoth('io.engine', (load) => {
  it('refuses an Origin that could break a header, where every origin is allowed', async () => {
    const { Server } = await load();
    // Otherwise Node itself refuses such requests.
    const http = createServer({ insecureHTTPParser: true });
    const io = new Server(http, { allowedOrigins: '*' } as never);
    const { port } = await listening(io, http);
    const told = next(io.engine, 'connection_error');
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write('GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nOrigin: http://\u0001\r\n\r\n');
    const context = { name: 'INVALID_ORIGIN', origin: 'http://\u0001' };
    expect((await told)[0]).toMatchObject({ code: 3, message: 'Bad request', context });
    expect(String((await next(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 400/);
  });

  it('gives middlewares of upgrades a response whose headers can be set, read and taken back', async () => {
    const { io, url } = await harness(load);
    const read: unknown[] = [];
    io.engine.use((_req: unknown, res: import('node:http').ServerResponse, go: () => void) => {
      res.setHeader('x-kept', 'yes');
      res.setHeader('x-gone', 'no');
      res.removeHeader('x-gone');
      read.push(res.getHeader('x-kept'));
      go();
    });
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const [{ headers }] = await next(ws, 'upgrade');
    expect([read, headers['x-kept'], headers['x-gone']]).toEqual([['yes'], 'yes', undefined]);
    ws.close();
  });

  it('closes a WebSocket for a connection that is on one already, and nothing else', async () => {
    const { io, url } = await harness(load, { upgradeTimeout: 10 });
    const { socket, peer } = await pair(io, url);
    const { id } = socket.conn as unknown as { id: string };
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket&sid=${id}`);
    await next(ws, 'close');
    await settled(socket, peer);
  });
});

onBoth('a poll', (load) => {
  it('is compressed unless all its packets are sent without compression', async () => {
    const { socket, session } = await polled(load, { httpCompression: { threshold: 10 } });
    const poll = async () => {
      const answer = await fetch(session, { headers: { 'accept-encoding': 'gzip' } });
      expect(await answer.text()).toContain('xxx');
      return answer.headers.get('content-encoding');
    };
    const text = 'x'.repeat(200);
    socket.compress(false).emit('long', text);
    expect(await poll()).toBeNull();
    socket.emit('long', text);
    expect(await poll()).toBe('gzip');
  });

  it('has bytes for clients 2.x as octet streams', async () => {
    const { io, url } = await harness(load, { allowEIO3: true });
    const arrival = next(io, 'connection');
    const old = `${url}/socket.io/?EIO=3&transport=polling`;
    const opened = await fetch(old);
    expect(opened.headers.get('content-type')).toBe('text/plain; charset=UTF-8');
    const sid = /"sid":"([^"]+)"/.exec(await opened.text())?.[1];
    (await arrival)[0].emit('bytes', Buffer.of(1));
    const polledAnswer = await fetch(`${old}&sid=${sid}`);
    expect(polledAnswer.headers.get('content-type')).toBe('application/octet-stream');
    expect(Buffer.from(await polledAnswer.arrayBuffer()).subarray(-4)).toEqual(Buffer.of(2, 255, 4, 1));
  });

  it('hears for 30 seconds that its session was closed, and later that it is unknown', async () => {
    for (const [later, answer] of [
      [29_000, '6\x1e1'],
      [31_000, JSON.stringify({ code: 1, message: 'Session ID unknown' })],
    ] as const) {
      const { socket, session } = await polled(load);
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      try {
        socket.conn.close();
        vi.advanceTimersByTime(later);
        expect(await (await fetch(session)).text()).toBe(answer);
      } finally {
        vi.useRealTimers();
      }
    }
  });
});

onBoth('a socket', (load) => {
  it('hears what is wrong with its connection, before and when it ends', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const told = [next(socket, 'disconnecting'), next(socket, 'disconnect')];
    (peer.io.engine as unknown as { _sendPacket(type: string): void })._sendPacket('ping');
    for (const [reason, description] of await Promise.all(told)) {
      expect([reason, String(description)]).toEqual([
        'transport error',
        expect.stringContaining('invalid heartbeat direction'),
      ]);
    }
  });

  it('hears of an invalid packet, as the other sockets of its connection do', async () => {
    const { io, url } = await harness(load);
    const chats = next(io.of('/chat'), 'connection');
    const { socket, peer } = await pair(io, url);
    peer.io.socket('/chat');
    const [other] = await chats;
    const told = [next(socket, 'error'), next(other, 'error')];
    (peer.io.engine as unknown as { write(text: string): void }).write('9nonsense');
    for (const [error] of await Promise.all(told)) expect(error).toBeInstanceOf(Error);
  });

  it('joins and leaves as fast as its adapter does', async () => {
    const { Adapter } = await import('socket.io-adapter');
    class Slow extends Adapter {
      override async addAll(id: string, rooms: Set<string>) {
        super.addAll(id, rooms);
      }
      override async del(id: string, room: string) {
        super.del(id, room);
      }
    }
    for (const [adapter, kind] of [
      [Adapter, undefined],
      [Slow, Promise],
    ] as const) {
      const { io, url } = await harness(load, { adapter });
      const { socket } = await pair(io, url);
      for (const done of [socket.join('a'), socket.leave('a')]) expect(done?.constructor).toBe(kind);
    }
  });
});

onBoth('a room', (load) => {
  it('can be a number, and undefined is empty', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const rooms: any = [7, 8, undefined];
    const heard = record(peer, 'news');
    void socket.join(rooms[0]);
    io.socketsJoin(rooms[1]);
    expect([...socket.rooms]).toEqual([socket.id, 7, 8]);
    io.to(rooms[0]).emit('news', 'to a number');
    io.in([rooms[1], 'x']).emit('news', 'to a list');
    io.except(rooms[0]).emit('news', 'except a number');
    io.to(rooms[2]).emit('news', 'to no client');
    expect(await io.in(rooms[0]).fetchSockets()).toEqual([socket]);
    socket.leave(rooms[0]);
    io.socketsLeave(rooms[1]);
    await settled(socket, peer);
    expect(heard.map(([, what]) => what)).toEqual(['to a number', 'to a list']);
    expect([...socket.rooms]).toEqual([socket.id]);
  });
});

onBoth('a broadcast', (load) => {
  it('stays in its namespace, and so do rooms', async () => {
    const { io, url } = await harness(load);
    const chats = next(io.of('/chat'), 'connection');
    const { socket, peer } = await pair(io, url);
    const chat = peer.io.socket('/chat');
    const [other] = await chats;
    for (const one of [socket, other]) one.join('room');
    const heard = record(chat, 'news');
    io.emit('news', 1);
    io.to('room').emit('news', 2);
    io.of('/chat').to('room').emit('news', 3);
    await settled(other, chat);
    expect(heard).toEqual([['news', 3]]);
  });

  it('is encoded once, for any number of clients', async () => {
    const { io, url } = await harness(load);
    const written: number[] = [];
    for (const _ of [1, 2, 3]) {
      const peer = await connected(url);
      const heard = next(peer, 'news');
      let times = 0;
      const value = { toJSON: () => `written ${++times > 0}` };
      io.emit('news', value);
      await heard;
      written.push(times);
    }
    expect(new Set(written).size).toBe(1);
  });
});

onBoth('of() with a pattern or a function', (load) => {
  it('adds a listener for connect', async () => {
    const { io, url } = await harness(load);
    const told: string[] = [];
    io.of(/^\/r/, (socket) => void told.push(socket.nsp.name));
    io.of(
      (_name, _auth, answer) => answer(null, true),
      (socket) => void told.push(socket.nsp.name),
    );
    await connected(`${url}/r1`);
    await connected(`${url}/other`);
    expect(told).toEqual(['/r1', '/other']);
  });
});

onBoth('the option wsEngine', (load) => {
  it('needs no more than handleUpgrade and close', async () => {
    class Mine {
      readonly #inner = new WebSocketServer({ noServer: true });
      handleUpgrade(...args: Parameters<WebSocketServer['handleUpgrade']>) {
        this.#inner.handleUpgrade(...args);
      }
      close() {}
    }
    const { io, url } = await harness(load, { wsEngine: Mine } as never);
    io.on('connection', (socket) => socket.on('echo', (...args) => args.pop()(...args)));
    const { socket, peer } = await pair(io, url);
    expect(await ask(peer, 'echo', 'ü', Buffer.of(1))).toEqual(['ü', Buffer.of(1)]);
    await settled(socket, peer);
  });
});

onBoth('closing a server', (load) => {
  it('goes on where adapters fail to close', async () => {
    const { Adapter } = await import('socket.io-adapter');
    const { Server } = await load();
    const logger = { error() {}, warn() {}, info() {}, debug() {} };
    for (const close of [
      () => Promise.reject(new Error('no')),
      () => {
        throw new Error('no');
      },
    ]) {
      class Failing extends Adapter {
        override close = close;
      }
      const http = createServer();
      const io = new Server(http, { adapter: Failing, logger } as never);
      await once(http.listen(0, '127.0.0.1'), 'listening');
      expect(await new Promise((resolve) => void io.close(resolve))).toBeUndefined();
      expect(http.listening).toBe(false);
    }
  });
});

onBoth('the option serveClient', (load) => {
  it('turns client files off with false only', async () => {
    for (const serveClient of [undefined, null, 0, '']) {
      const { url } = await harness(load, { serveClient } as never);
      expect(await (await fetch(`${url}/socket.io/socket.io.js`)).text()).toContain('Socket.IO');
    }
  });
});

onBoth('what recovery keeps', (load) => {
  it('is released soon after no client can ask for it', async () => {
    const { Server } = await load();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const io = new Server({ connectionStateRecovery: { maxDisconnectionDuration: 1000 } });
    const say = () => {
      const value = { big: true };
      io.emit('kept', value);
      return new WeakRef(value);
    };
    const said = say();
    await collectGarbage();
    expect(said.deref() === undefined).toBe(false);
    vi.advanceTimersByTime(120_000);
    await collectGarbage();
    expect(said.deref() === undefined).toBe(true);
  });
});

onBoth('what recovery adds to events', (load) => {
  it('is added to events that can be repeated, not to acknowledged or volatile ones', async () => {
    const { io, url } = await harness(load, { connectionStateRecovery: {} });
    const { socket, peer } = await pair(io, url);
    const heard = record(peer, 'kept', 'asked', 'volatile');
    peer.on('asked', (...args: unknown[]) => (args.at(-1) as () => void)());
    await settled(socket, peer);
    socket.volatile.emit('volatile', 1);
    await ask(socket, 'asked', 2);
    socket.emit('kept', 3);
    io.emit('kept', 4);
    await settled(socket, peer);
    const offset = expect.any(String);
    expect(heard).toEqual([
      ['volatile', 1],
      ['asked', 2, expect.any(Function)],
      ['kept', 3, offset],
      ['kept', 4, offset],
    ]);
  });

  it.each([
    ['breaks the engine’s protocol', 'z', 'parse error', false],
    ['breaks the protocol in a message', '49nonsense', 'forced close', true],
  ])('may be missed by a client that %s, and it comes back or not', async (_what, frame, reason, recovered) => {
    const { io, url } = await harness(load, { connectionStateRecovery: {} });
    const { socket, peer } = await pair(io, url);
    socket.emit('kept');
    await settled(socket, peer);
    const gone = [next(socket, 'disconnect'), next(peer, 'disconnect')];
    (peer.io.engine.transport as unknown as { ws: WebSocket }).ws.send(frame);
    expect((await Promise.all(gone))[0]?.[0]).toBe(reason);
    const back = next(peer, 'connect');
    peer.connect();
    await back;
    expect([peer.recovered, peer.id === socket.id]).toEqual([recovered, recovered]);
  });

  it('recovers nothing if another text takes its place', async () => {
    const { io, url } = await harness(load, { connectionStateRecovery: {} });
    const { socket, peer } = await pair(io, url);
    socket.emit('kept');
    await settled(socket, peer);
    (peer as unknown as { _lastOffset: string })._lastOffset = 'elsewhere';
    const gone = next(socket, 'disconnect');
    peer.io.engine.close();
    await gone;
    const back = next(peer, 'connect');
    peer.connect();
    await back;
    expect(peer.recovered).toBe(false);
  });
});
