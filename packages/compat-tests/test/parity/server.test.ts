import { EventEmitter, on, once } from 'node:events';
import { createServer } from 'node:http';
import { listen } from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { addressOf, ask, client, connected, harness, listening, next, pair } from '../support/harness.js';
import { inProcess } from '../support/in-process.js';
import { onBoth } from '../support/libraries.js';

onBoth('constructing a server', (load) => {
  it('attaches to the HTTP server that it is given', async () => {
    const { io, http, url } = await harness(load);
    expect(io.httpServer).toBe(http);
    await connected(url);
  });

  it('takes options alone, and is not attached to anything until attach is called', async () => {
    const { Server } = await load();
    const io = new Server({ path: '/chat/' });
    expect(io.path()).toBe('/chat');
    expect(io.httpServer).toBeUndefined();
    expect(io.engine).toBeUndefined();
    const http = createServer();
    io.attach(http);
    const { url } = await listening(io, http);
    await connected(url, { path: '/chat' });
  });

  it('listens on a port by itself and answers 404 to everything else', async () => {
    const { Server } = await load();
    const io = new Server(0);
    onTestFinished(async () => void (await io.close()));
    const http = io.httpServer as import('node:http').Server;
    if (!http.listening) await once(http, 'listening');
    const { url } = addressOf(http);
    await connected(url);
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
  });

  it('listens on a port given later, as number or text', async () => {
    const { Server } = await load();
    const io = new Server();
    onTestFinished(async () => void (await io.close()));
    expect(io.listen('0' as unknown as number)).toBe(io);
    const http = io.httpServer as import('node:http').Server;
    if (!http.listening) await once(http, 'listening');
    await connected(addressOf(http).url);
  });

  it('refuses a request handler and says what it needs', async () => {
    const { Server } = await load();
    const handler = (() => {}) as never;
    const text =
      'You are trying to attach socket.io to an express request handler function. Please pass a http.Server instance.';
    expect(() => new Server(handler)).toThrow(text);
    expect(() => new Server().attach(handler)).toThrow(text);
  });

  it('prefers the options of the constructor over those of attach', async () => {
    const { Server } = await load();
    const io = new Server({ path: '/first', pingInterval: 111 });
    const http = createServer();
    io.attach(http, { pingInterval: 222, pingTimeout: 333 });
    await listening(io, http);
    expect(io.engine.opts).toMatchObject({ pingInterval: 111, pingTimeout: 333 });
  });
});

onBoth('settings of a server', (load) => {
  it('reads and sets path, serveClient, connectTimeout and adapter by methods', async () => {
    const { Server } = await load();
    const io = new Server();
    expect([io.path(), io.serveClient(), io.connectTimeout()]).toEqual(['/socket.io', true, 45_000]);
    expect(io.path('/elsewhere/').serveClient(false).connectTimeout(10)).toBe(io);
    expect([io.path(), io.serveClient(), io.connectTimeout()]).toEqual(['/elsewhere', false, 10]);
  });

  it('gives every namespace a new adapter when the adapter is set', async () => {
    const { Server } = await load();
    const { Adapter } = await import('socket.io-adapter');
    class Mine extends Adapter {}
    const io = new Server();
    const chat = io.of('/chat');
    expect(io.adapter(Mine)).toBe(io);
    expect(io.adapter()).toBe(Mine);
    expect(io.of('/').adapter).toBeInstanceOf(Mine);
    expect(chat.adapter).toBeInstanceOf(Mine);
    expect(io.of('/later').adapter).toBeInstanceOf(Mine);
  });

  it('makes adapters with a function that gets the namespace', async () => {
    const { Server } = await load();
    const { Adapter } = await import('socket.io-adapter');
    const names: string[] = [];
    const io = new Server({
      adapter: function make(nsp: { name: string }) {
        names.push(nsp.name);
        return new Adapter(nsp);
      } as never,
    });
    io.of('/a');
    expect(names).toEqual(['/', '/a']);
  });

  it('has the encoder and the namespaces by name, as adapters read them', async () => {
    const { Server } = await load();
    const io = new Server();
    io.of('/chat');
    expect([...io.encoder.encode({ type: 2, nsp: '/', data: ['a', 1] } as never)]).toEqual(['2["a",1]']);
    expect([...io._nsps.keys()]).toEqual(['/', '/chat']);
  });

  it('closes a connection that joins no namespace in time', async () => {
    const { url } = await harness(load, { connectTimeout: 10 });
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await next(ws, 'close');
  });
});

onBoth('a server as its main namespace', (load) => {
  it('shares listeners with it', async () => {
    const { Server } = await load();
    const io = new Server();
    const listener = () => {};
    io.on('connection', listener);
    expect(io.sockets).toBe(io.of('/'));
    expect(io.sockets.listeners('connection')).toEqual([listener]);
    expect(io.listenerCount('connection')).toBe(1);
    expect(io.eventNames()).toEqual(['connection']);
    io.sockets.removeAllListeners();
    expect(io.listeners('connection')).toEqual([]);
    io.once('connection', listener).prependListener('connection', listener).off('connection', listener);
    expect(io.rawListeners('connection')).toHaveLength(1);
    expect(io.setMaxListeners(7).getMaxListeners()).toBe(7);
  });

  it('works with Node’s tools for emitters, as namespaces and sockets do', async () => {
    const { io, url } = await harness(load);
    const arrival = once(io, 'connection');
    const iterator = on(io.of('/'), 'connection');
    await connected(url);
    const [socket] = await arrival;
    for (const emitter of [io, io.of('/'), socket]) expect(emitter).toBeInstanceOf(EventEmitter);
    expect((await iterator.next()).value).toEqual([socket]);
    await iterator.return?.();
  });

  it('emits connect first, then connection', async () => {
    const { io, url } = await harness(load);
    const order: string[] = [];
    io.on('connection', () => order.push('connection'));
    io.on('connect', () => order.push('connect'));
    await pair(io, url);
    expect(order).toEqual(['connect', 'connection']);
  });

  it('reports every new namespace but the main one and parents', async () => {
    const { io, url } = await harness(load);
    const names: string[] = [];
    io.on('new_namespace', (nsp) => names.push(nsp.name));
    io.of('/chat');
    io.of('chat');
    io.of('/');
    io.of(/^\/dynamic-\d+$/);
    await connected(`${url}/dynamic-7`);
    expect(names).toEqual(['/chat', '/dynamic-7']);
  });

  it('broadcasts and returns what socket.io returns', async () => {
    const { io, url } = await harness(load);
    const { peer } = await pair(io, url);
    const heard: unknown[][] = [];
    peer.onAny((...args) => heard.push(args));
    const last = next(peer, 'last');
    expect(io.emit('a', 1)).toBe(true);
    expect(io.send('b')).toBe(io);
    expect(io.write('c')).toBe(io);
    io.compress(false).emit('d');
    io.local.emit('f');
    io.to([]).emit('g');
    io.except('empty room').emit('last');
    await last;
    expect(heard).toEqual([['a', 1], ['message', 'b'], ['message', 'c'], ['d'], ['f'], ['g'], ['last']]);
  });

  it('refuses reserved names', async () => {
    const { Server } = await load();
    const io = new Server();
    for (const name of ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']) {
      expect(() => io.emit(name)).toThrow(`"${name}" is a reserved event name`);
    }
    for (const name of ['connect', 'connection', 'new_namespace']) {
      expect(() => io.serverSideEmit(name)).toThrow(`"${name}" is a reserved event name`);
    }
  });
});

onBoth('closing a server', (load, name) => {
  it('disconnects every socket, closes the HTTP server, resolves its promise and calls back', async () => {
    const { io, http, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const gone = [next(socket, 'disconnecting'), next(socket, 'disconnect'), next(peer, 'disconnect')];
    const called = new Promise((resolve) => void io.close((error) => resolve(error)));
    const reasons = (await Promise.all(gone)).map(([reason]) => reason);
    expect(reasons).toEqual(['server shutting down', 'server shutting down', 'transport close']);
    expect(await called).toBeUndefined();
    expect(http.listening).toBe(false);
  });

  it.each(['polling', 'websocket'])('delivers over %s what was said just before', async (transport) => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url, { transports: [transport] });
    await expect.poll(() => socket.conn.transport.writable, { interval: 5 }).toBe(true);
    const heard = next(peer, 'bye');
    io.emit('bye', 'back soon');
    void io.close();
    expect(await heard).toEqual(['back soon']);
  });

  it('reports that the HTTP server was not running', async () => {
    const { Server } = await load();
    const io = new Server(createServer());
    const error = await new Promise<Error | undefined>((resolve) => void io.close(resolve));
    expect(error).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' });
  });

  it('closes the adapters', async () => {
    const { Server } = await load();
    const { Adapter } = await import('socket.io-adapter');
    const closed: string[] = [];
    class Mine extends Adapter {
      override close() {
        closed.push((this.nsp as { name: string }).name);
      }
    }
    const io = new Server(createServer(), { adapter: Mine });
    io.of('/chat');
    await io.close().catch(() => {});
    expect(closed).toEqual(['/', '/chat']);
  });

  it.each([
    ['with a client', `client().on('connect', () => io.close());`],
    [
      'with clients that it may yet see again',
      `io.close(); const { createServer } = await import('node:http'); const next = createServer();
      const other = new Server(next, { connectionStateRecovery: {} });
      next.listen(0, () => { const c = connect('http://127.0.0.1:' + next.address().port, { reconnection: false });
        c.on('connect', () => { other.on('connection', () => {}); other.close(); }); });`,
    ],
    ['at once', `io.close();`],
  ])('lets the process end %s', async (_when, code) => {
    expect(await inProcess(name, code)).toEqual({ code: 0, output: '' });
  });

  it('frees the port', async () => {
    const { io, port, url } = await harness(load);
    await connected(url);
    await io.close();
    const { Server } = await load();
    const again = createServer();
    const other = new Server(again);
    again.listen(port, '127.0.0.1');
    await once(again, 'listening');
    await connected(url);
    await other.close();
  });
});

describe('requests that are not for it', () => {
  onBoth('beside other listeners', (load) => {
    it('leaves them to the listeners that were there before', async () => {
      const { Server } = await load();
      const http = createServer((req, res) => void res.end(`app ${req.url}`));
      const io = new Server(http);
      const { url } = await listening(io, http);
      expect(await (await fetch(`${url}/page`)).text()).toBe('app /page');
      const refused = client(`${url}/unknown`);
      expect((await next(refused, 'connect_error'))[0].message).toBe('Invalid namespace');
    });
  });
});

onBoth('a server bound to an engine.io of its own', (load) => {
  async function bound(options: object = {}) {
    const { Server: Engine } = await import('engine.io');
    const engine = new Engine(options);
    const http = createServer();
    engine.attach(http, { path: '/engine' });
    const io = new (await load()).Server();
    io.bind(engine);
    await listen(http);
    onTestFinished(async () => {
      await io.close();
      http.close();
    });
    expect(io.engine).toBe(engine);
    return { io, ...addressOf(http) };
  }

  it.each([[['websocket']], [['polling']], [['polling', 'websocket']]])(
    'serves its clients over %j',
    async (transports) => {
      const { io, url } = await bound();
      io.on('connection', (socket) => socket.on('echo', (...args) => args.pop()(...args)));
      const { socket, peer } = await pair(io, url, { path: '/engine', transports });
      expect(await ask(peer, 'echo', 'ü', Buffer.of(1))).toEqual(['ü', Buffer.of(1)]);
      const heard = next(peer, 'news');
      io.emit('news', { deep: Buffer.of(2) });
      expect(await heard).toEqual([{ deep: Buffer.of(2) }]);
      expect(socket.handshake).toMatchObject({ address: '127.0.0.1', secure: false, query: { EIO: '4' } });
      const gone = [next(socket, 'disconnect'), next(peer, 'disconnect')];
      socket.disconnect(true);
      expect((await Promise.all(gone)).map(([reason]) => reason)).toEqual([
        'server namespace disconnect',
        'io server disconnect',
      ]);
    },
  );

  it('hears of clients that leave, and disconnects clients as it closes', async () => {
    const { io, url } = await bound();
    const first = await pair(io, url, { path: '/engine' });
    const gone = next(first.socket, 'disconnect');
    first.peer.io.engine.close();
    expect((await gone)[0]).toBe('transport close');
    const second = await pair(io, url, { path: '/engine' });
    const told = [next(second.socket, 'disconnect'), next(second.peer, 'disconnect')];
    await io.close();
    expect((await Promise.all(told)).map(([reason]) => reason)).toEqual(['server shutting down', 'transport close']);
  });

  it('serves clients 2.x where the engine does', async () => {
    const { io, url } = await bound({ allowEIO3: true });
    const { createRequire } = await import('node:module');
    const old = createRequire(import.meta.url)('socket.io-client-2.5');
    io.on('connection', (socket) => socket.on('echo', (...args) => args.pop()(...args)));
    for (const transports of [['websocket'], ['polling', 'websocket']]) {
      const peer = old(url, { path: '/engine', transports, forceNew: true });
      await next(peer, 'connect');
      expect(await ask(peer, 'echo', 'ü', Buffer.of(1))).toEqual(['ü', Buffer.of(1)]);
      peer.disconnect();
    }
  });
});
