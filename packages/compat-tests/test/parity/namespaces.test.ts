import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { client, connected, harness, next, pair, record, settled } from '../support/harness.js';
import { onBoth } from '../support/libraries.js';

onBoth('namespaces', (load) => {
  it('are created on first use, with or without the slash', async () => {
    const { Server, Namespace } = await load();
    const io = new Server();
    const chat = io.of('chat');
    expect(chat).toBeInstanceOf(Namespace);
    expect(chat.name).toBe('/chat');
    expect(io.of('/chat')).toBe(chat);
    expect(io.of('')).toBe(io.sockets);
  });

  it('add a listener for connect', async () => {
    const { io, url } = await harness(load);
    const come = new Promise<string>((resolve) => void io.of('/chat', (socket) => resolve(socket.nsp.name)));
    client(`${url}/chat`);
    expect(await come).toBe('/chat');
  });

  it('are refused to clients if they do not exist', async () => {
    const { url } = await harness(load);
    const [error] = await next(client(`${url}/nowhere`), 'connect_error');
    expect(error.message).toBe('Invalid namespace');
  });

  it('can be constructed by hand', async () => {
    const { Server, Namespace } = await load();
    const io = new Server();
    const nsp = new Namespace(io, '/mine');
    expect([nsp.name, nsp.sockets.size, nsp.server]).toEqual(['/mine', 0, io]);
  });

  it('have the socket when connection is emitted, which the client learns first', async () => {
    const { io, url } = await harness(load);
    const held = new Promise<boolean>((resolve) =>
      io.of('/chat').on('connection', (socket) => resolve(io.of('/chat').sockets.get(socket.id) === socket)),
    );
    await connected(`${url}/chat`);
    expect(await held).toBe(true);
  });

  it('are kept apart on one connection', async () => {
    const { io, url } = await harness(load);
    io.of('/a').on('connection', (socket) => socket.emit('from', '/a'));
    io.of('/b').on('connection', (socket) => socket.emit('from', '/b'));
    const a = client(`${url}/a`);
    const b = a.io.socket('/b');
    expect(await Promise.all([next(a, 'from'), next(b, 'from')])).toEqual([['/a'], ['/b']]);
    expect(io.engine.clientsCount).toBe(1);
  });

  it('count acknowledgement ids across all their sockets', async () => {
    const { io, url } = await harness(load);
    const [one, two] = [await pair(io, url), await pair(io, url)];
    for (const { peer } of [one, two]) peer.on('ask', (answer) => answer('yes'));
    await one.socket.emitWithAck('ask');
    await two.socket.emitWithAck('ask');
    expect(io.of('/')._ids).toBe(2);
  });

  it('emit disconnecting while the rooms still exist, and disconnect once they do not', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    void socket.join('a');
    const rooms: string[][] = [];
    const states: boolean[] = [];
    socket.on('disconnecting', () => {
      rooms.push([...socket.rooms]);
      states.push(socket.connected);
    });
    const gone = new Promise<void>((resolve) =>
      socket.on('disconnect', () => {
        rooms.push([...socket.rooms]);
        states.push(socket.connected);
        resolve();
      }),
    );
    peer.disconnect();
    await gone;
    expect(rooms).toEqual([[socket.id, 'a'], []]);
    expect(states).toEqual([true, false]);
  });
});

onBoth('middlewares of a namespace', (load) => {
  it('run in order, before connection', async () => {
    const { io, url } = await harness(load);
    const order: unknown[] = [];
    io.use((socket, go) => {
      order.push(socket.connected);
      setImmediate(go);
    });
    io.use((_socket, go) => {
      order.push(2);
      go();
    });
    io.on('connection', (socket) => order.push(socket.connected));
    await pair(io, url);
    expect(order).toEqual([false, 2, true]);
  });

  it('refuse with a message and data, and the next ones do not run', async () => {
    const { io, url } = await harness(load);
    const order: number[] = [];
    io.use((_socket, go) => go(Object.assign(new Error('no'), { data: { code: 7 } })));
    io.use((_socket, go) => {
      order.push(2);
      go();
    });
    const [error] = await next(client(url), 'connect_error');
    expect([error.message, error.data]).toEqual(['no', { code: 7 }]);
    expect(order).toEqual([]);
    expect(io.sockets.sockets.size).toBe(0);
  });

  it('see the handshake, with the client’s auth', async () => {
    const { io, url } = await harness(load);
    const seen = new Promise<any>((resolve) =>
      io.use((socket, go) => {
        resolve(socket.handshake);
        go();
      }),
    );
    await connected(url, { auth: { token: 't' }, query: { a: 'b' } });
    expect(await seen).toMatchObject({
      auth: { token: 't' },
      query: { a: 'b', EIO: '4', transport: 'websocket' },
      xdomain: false,
      secure: false,
      address: '127.0.0.1',
      issued: expect.any(Number),
      time: expect.any(String),
      url: expect.stringMatching(/^\/socket\.io\/\?/),
      headers: expect.objectContaining({ host: expect.any(String) }),
    });
  });

  it('see the auth of each namespace separately', async () => {
    const { io, url } = await harness(load);
    const seen: unknown[] = [];
    for (const name of ['/', '/b']) {
      io.of(name).use((socket, go) => {
        seen.push(socket.handshake.auth);
        go();
      });
    }
    const main = await connected(url, { auth: { who: 'main' } });
    const b = main.io.socket('/b', { auth: (done) => done({ who: 'b' }) });
    await next(b, 'connect');
    expect(seen).toEqual([{ who: 'main' }, { who: 'b' }]);
  });

  it('leave the rooms that they made a socket join if the client is refused', async () => {
    const { io, url } = await harness(load);
    io.use((socket, go) => {
      void socket.join('room');
      setImmediate(() => go(new Error('no')));
    });
    await next(client(url), 'connect_error');
    expect(io.of('/').adapter.rooms.size).toBe(0);
  });

  it('run for each namespace separately', async () => {
    const { io, url } = await harness(load);
    io.use((_socket, go) => go(new Error('only the main one')));
    io.of('/free');
    await connected(`${url}/free`);
    expect((await next(client(url), 'connect_error'))[0].message).toBe('only the main one');
  });

  it('drop a client that left meanwhile', async () => {
    const { io, url } = await harness(load);
    let connections = 0;
    io.on('connection', () => connections++);
    const waiting = new Promise<() => void>((resolve) => io.use((_socket, go) => resolve(go)));
    const arrival = next(io.engine, 'connection');
    const peer = client(url);
    const go = await waiting;
    const closed = next((await arrival)[0], 'close');
    peer.disconnect();
    await closed;
    go();
    await new Promise((resolve) => setImmediate(resolve));
    expect(connections).toBe(0);
    expect(io.of('/').adapter.rooms.size).toBe(0);
  });
});

onBoth('falsy values', (load) => {
  it.each([false, 0, '', null])('let a client in that a middleware gives to next (%j)', async (nothing) => {
    const { io, url } = await harness(load);
    io.use((_socket, go) => go(nothing as never));
    await connected(url);
  });

  it.each([1, 'yes', {}])('are the only ones with which a function refuses a namespace (%j is not)', async (yes) => {
    const { io, url } = await harness(load);
    io.of((_name, _auth, answer) => answer(0 as never, yes as never));
    await connected(`${url}/x`);
  });

  it.each([0, '', null, undefined])('refuse a namespace as the answer of a function (%j)', async (no) => {
    const { io, url } = await harness(load);
    io.of((_name, _auth, answer) => answer(null, no as never));
    const [error] = await next(client(`${url}/x`), 'connect_error');
    expect(error.message).toBe('Invalid namespace');
  });
});

onBoth('parent namespaces', (load) => {
  it('by regular expression make children with their middlewares and listeners', async () => {
    const { io, url } = await harness(load);
    const parent = io.of(/^\/room-\d+$/);
    const order: string[] = [];
    parent.use((socket, go) => {
      order.push(`use ${socket.nsp.name}`);
      go();
    });
    parent.on('connection', (socket) => order.push(`connection ${socket.nsp.name}`));
    await connected(`${url}/room-1`);
    expect(order).toEqual(['use /room-1', 'connection /room-1']);
    expect(parent.name).toMatch(/^\/_\d+$/);
    expect(io._nsps.has(parent.name)).toBe(false);
    expect(io._nsps.has('/room-1')).toBe(true);
    expect((await next(client(`${url}/room-x`), 'connect_error'))[0].message).toBe('Invalid namespace');
  });

  it('by function are called in order, with name and auth', async () => {
    const { io, url } = await harness(load);
    const asked: unknown[] = [];
    io.of((name, auth, answer) => {
      asked.push(['first', name, auth]);
      answer(new Error('not mine'), true);
    });
    io.of((name, _auth, answer) => {
      asked.push(['second', name]);
      answer(null, false);
    });
    io.of((_name, _auth, answer) => setImmediate(() => answer(null, true)));
    await connected(`${url}/x`, { auth: { a: 1 } });
    expect(asked).toEqual([
      ['first', '/x', { a: 1 }],
      ['second', '/x'],
    ]);
  });

  it('give two clients that connect at once the same child', async () => {
    const { io, url } = await harness(load);
    io.of((_name, _auth, answer) => setImmediate(() => answer(null, true)));
    const made = record(io, 'new_namespace');
    await Promise.all([connected(`${url}/x`), connected(`${url}/x`)]);
    expect(made).toHaveLength(1);
    expect(io.of('/x').sockets.size).toBe(2);
  });

  it('broadcast to all their children', async () => {
    const { io, url } = await harness(load);
    const parent = io.of(/^\/r/);
    parent.on('connection', (socket) => socket.join('room'));
    const [a, b] = await Promise.all([connected(`${url}/ra`), connected(`${url}/rb`)]);
    const heard = [next(a, 'hi'), next(b, 'hi')];
    expect(parent.emit('hi', 1)).toBe(true);
    expect(await Promise.all(heard)).toEqual([[1], [1]]);
    const again = [next(a, 'room'), next(b, 'room')];
    parent.to('room').emit('room', 2);
    expect(await Promise.all(again)).toEqual([[2], [2]]);
  });

  it('do not know their children\u2019s sockets', async () => {
    const { Server } = await load();
    const parent = new Server().of(/^\/r/);
    expect(() => parent.fetchSockets()).toThrow('fetchSockets() is not supported on parent namespaces');
  });

  it('make the child that of() names, without its listener', async () => {
    const { Server } = await load();
    const io = new Server();
    const listener = () => {};
    io.of(/^\/r/).on('connection', listener);
    const child = io.of('/r1', () => {});
    expect(child.listeners('connection')).toEqual([listener]);
    expect(child.listeners('connect')).toEqual([]);
  });

  it('pass on what they had when the child was made, and nothing added later', async () => {
    const { io, url } = await harness(load);
    const parent = io.of(/^\/r/);
    const late: string[] = [];
    await connected(`${url}/r1`);
    parent.on('connection', (socket) => late.push(socket.nsp.name));
    await connected(`${url}/r1`);
    await connected(`${url}/r2`);
    expect(late).toEqual(['/r2']);
  });

  it('remove a child without clients, if asked to', async () => {
    const { io, url } = await harness(load, { cleanupEmptyChildNamespaces: true });
    io.of(/^\/r/);
    io.of('/fixed');
    const peers = [await connected(`${url}/r1`), await connected(`${url}/fixed`)];
    const child = io.of('/r1');
    const gone = [child, io.of('/fixed')].map((nsp) => next([...nsp.sockets.values()][0] as object, 'disconnect'));
    for (const peer of peers) peer.disconnect();
    await Promise.all(gone);
    expect([...io._nsps.keys()]).toEqual(['/', '/fixed']);
    await connected(`${url}/r1`);
    expect(io.of('/r1')).not.toBe(child);
  });

  it('remove a child whose only client was refused', async () => {
    const { io, url } = await harness(load, { cleanupEmptyChildNamespaces: true });
    io.of(/^\/r/).use((_socket, go) => go(new Error('no')));
    await next(client(`${url}/r1`), 'connect_error');
    expect([...io._nsps.keys()]).toEqual(['/']);
  });

  it('keep empty children, if asked to', async () => {
    const { io, url } = await harness(load, { cleanupEmptyChildNamespaces: false });
    io.of(/^\/r/);
    const peer = await connected(`${url}/r1`);
    const gone = next([...io.of('/r1').sockets.values()][0] as object, 'disconnect');
    peer.disconnect();
    await gone;
    expect(io._nsps.has('/r1')).toBe(true);
  });
});

describe('utility methods', () => {
  onBoth('on sockets of one server', (load) => {
    it('fetch sockets with their current state', async () => {
      const { io, url } = await harness(load);
      const [one, two] = [await pair(io, url), await pair(io, url)];
      one.socket.join('a');
      expect(new Set(await io.fetchSockets())).toEqual(new Set([one.socket, two.socket]));
      expect(await io.in('a').fetchSockets()).toEqual([one.socket]);
      expect(await io.except('a').fetchSockets()).toEqual([two.socket]);
      expect(await io.allSockets()).toEqual(new Set([one.socket.id, two.socket.id]));
      expect(await io.to('a').allSockets()).toEqual(new Set([one.socket.id]));
      expect(await io.of('/').in(['a', two.socket.id]).fetchSockets()).toHaveLength(2);
    });

    it('make sockets join rooms, leave rooms and disconnect', async () => {
      const { io, url } = await harness(load);
      const [one, two] = [await pair(io, url), await pair(io, url)];
      io.socketsJoin('all');
      io.in(one.socket.id).socketsJoin(['x', 'y']);
      expect([...one.socket.rooms]).toEqual([one.socket.id, 'all', 'x', 'y']);
      io.in('x').socketsLeave('y');
      io.socketsLeave(['all']);
      expect([...one.socket.rooms]).toEqual([one.socket.id, 'x']);
      expect([...two.socket.rooms]).toEqual([two.socket.id]);
      const left = next(one.peer, 'disconnect');
      io.in('x').disconnectSockets();
      expect((await left)[0]).toBe('io server disconnect');
      const closed = next(two.peer, 'disconnect');
      io.disconnectSockets(true);
      expect((await closed)[0]).toBe('io server disconnect');
      expect(io.sockets.sockets.size).toBe(0);
    });

    it('warn of serverSideEmit where there are no other servers', async () => {
      const { Server } = await load();
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      onTestFinished(() => warn.mockRestore());
      expect(new Server().serverSideEmit('hello', 1)).toBe(true);
      expect(warn).toHaveBeenCalledWith('this adapter does not support the serverSideEmit() functionality');
    });

    it('receive events of other servers as events of the namespace', async () => {
      const { Server } = await load();
      const io = new Server();
      const heard = record(io.of('/chat'), 'hello');
      io.of('/chat')._onServerSideEmit(['hello', 1, 'two']);
      expect(heard).toEqual([['hello', 1, 'two']]);
    });

    it('can rely on everything sent before an acknowledged event arriving before it', async () => {
      const { io, url } = await harness(load);
      const { socket, peer } = await pair(io, url);
      const heard = record(peer, 'a', 'b');
      socket.emit('a');
      io.emit('b');
      await settled(socket, peer);
      expect(heard).toEqual([['a'], ['b']]);
    });
  });
});
