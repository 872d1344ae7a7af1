import { expect, it } from 'vitest';
import { ask, client, connected, harness, next, pair, record, settled } from '../support/harness.js';
import { onBoth } from '../support/libraries.js';

const RESERVED = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];

onBoth('what a socket knows', (load) => {
  it('has its id, its connection and its first request', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    expect(socket.id).toBe(peer.id);
    expect(socket.id).toHaveLength(20);
    expect(socket.id).not.toBe((socket.conn as any).id);
    expect((socket.client as any).id).toBe((socket.conn as any).id);
    expect(socket.client.conn).toBe(socket.conn);
    expect(socket.request).toBe(socket.client.request);
    expect(socket.conn.request).toBe(socket.request);
    expect(socket.request.headers.host).toBeDefined();
    expect(socket.nsp).toBe(io.of('/'));
    expect([socket.connected, socket.disconnected, socket.recovered]).toEqual([true, false, false]);
    expect(socket.data).toEqual({});
    expect((socket as any).server).toBe(io);
    expect((socket as any).adapter).toBe(io.of('/').adapter);
    expect([...socket.rooms]).toEqual([socket.id]);
    expect(io.of('/').adapter.rooms.get(socket.id)).toEqual(new Set([socket.id]));
  });

  it('sees rooms created and deleted as the adapter does', async () => {
    const { io, url } = await harness(load);
    const { socket } = await pair(io, url);
    const { adapter } = io.of('/');
    const told = record(adapter, 'create-room', 'join-room', 'leave-room', 'delete-room');
    void socket.join(['a', 'b', 'a']);
    void socket.join('a');
    socket.leave('a');
    socket.leave('a');
    expect(told).toEqual([
      ['create-room', 'a'],
      ['join-room', 'a', socket.id],
      ['create-room', 'b'],
      ['join-room', 'b', socket.id],
      ['leave-room', 'a', socket.id],
      ['delete-room', 'a'],
    ]);
  });

  it('cannot join rooms once it has disconnected', async () => {
    const { io, url } = await harness(load);
    const { socket } = await pair(io, url);
    socket.disconnect();
    void socket.join('a');
    expect([...socket.rooms]).toEqual([]);
    expect(io.of('/').adapter.rooms.size).toBe(0);
    expect([socket.connected, socket.disconnected]).toEqual([false, true]);
    expect(socket.disconnect()).toBe(socket);
  });
});

onBoth('events from a client', (load) => {
  it('reach their listeners with all kinds of arguments, in order', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const heard = record(socket, 'a', 'b');
    const last = next(socket, 'last');
    peer.emit('a', 1, 'ü 😀', null, { x: [true] }, Buffer.of(1, 2));
    peer.emit('b');
    peer.emit('a', [Buffer.of(3)]);
    peer.send('text');
    peer.emit('last');
    await last;
    expect(heard).toEqual([['a', 1, 'ü 😀', null, { x: [true] }, Buffer.of(1, 2)], ['b'], ['a', [Buffer.of(3)]]]);
  });

  it('are acknowledged once, with several values and binary', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    socket.on('ask', (n: number, answer: (...args: unknown[]) => void) => {
      answer(n, 'two', Buffer.of(3));
      answer('again');
    });
    socket.on('empty', (answer: () => void) => answer());
    expect(await ask(peer, 'ask', 1)).toEqual([1, 'two', Buffer.of(3)]);
    expect(await ask(peer, 'empty')).toEqual([]);
  });

  it('reach listeners that were added after connection was emitted', async () => {
    const { io, url } = await harness(load);
    io.on('connection', (socket) => {
      socket.on('a', (answer: (text: string) => void) => answer('here'));
    });
    const peer = client(url);
    expect(await ask(peer, 'a')).toEqual(['here']);
  });

  it('are seen by catch-all listeners first, with the acknowledgement', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const order: unknown[] = [];
    socket.onAny((event, ...args) => order.push(['any', event, args.map((arg) => typeof arg)]));
    socket.prependAny((event) => order.push(['first', event]));
    socket.use(([event], go) => {
      order.push(['use', event]);
      go();
    });
    socket.on('ask', (_n: number, answer: () => void) => {
      order.push(['on']);
      answer();
    });
    await ask(peer, 'ask', 1);
    expect(order).toEqual([['first', 'ask'], ['any', 'ask', ['number', 'function']], ['use', 'ask'], ['on']]);
  });

  it('reach no catch-all listener that was removed, alone or with all others', async () => {
    const { io, url } = await harness(load);
    const { socket } = await pair(io, url);
    const [a, b] = [() => {}, () => {}];
    socket.onAny(a).onAny(b).onAny(a);
    expect(socket.listenersAny()).toEqual([a, b, a]);
    expect(socket.offAny(a).listenersAny()).toEqual([b, a]);
    expect(socket.offAny().listenersAny()).toEqual([]);
    socket.onAnyOutgoing(a).prependAnyOutgoing(b);
    expect(socket.listenersAnyOutgoing()).toEqual([b, a]);
    expect(socket.offAnyOutgoing(b).listenersAnyOutgoing()).toEqual([a]);
    expect(socket.offAnyOutgoing().listenersAnyOutgoing()).toEqual([]);
  });

  it('can be changed or stopped by middlewares, without the client’s knowledge', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const heard = record(socket, 'join', 'error');
    const seen: string[] = [];
    socket.onAny((event) => seen.push(event));
    socket.use((event, go) => {
      event[1] = 'changed';
      go();
    });
    socket.use(([event], go) => go(event === 'bad' ? new Error('stopped') : undefined));
    const last = next(socket, 'last');
    peer.emit('join', 'x');
    peer.emit('bad');
    peer.emit('last');
    await last;
    expect(heard).toEqual([
      ['join', 'changed'],
      ['error', expect.objectContaining({ message: 'stopped' })],
    ]);
    expect(seen).toEqual(['join', 'bad', 'last']);
  });

  it('need no error listener if a middleware stops them', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    socket.use(([event], go) => go(event === 'bad' ? new Error('stopped') : undefined));
    peer.emit('bad');
    const last = next(socket, 'last');
    peer.emit('last');
    await last;
  });

  it('are ignored once the socket has disconnected', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const heard = record(socket, 'first', 'second');
    const gone = next(peer, 'disconnect');
    socket.on('first', () => socket.disconnect());
    peer.emit('first');
    peer.emit('second');
    await gone;
    expect(heard).toEqual([['first']]);
  });

  it('can have the names of properties of Object.prototype', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const heard = record(socket, '__proto__', 'constructor', 'toString', 'connection', 'new_namespace');
    const last = next(socket, 'last');
    for (const name of ['__proto__', 'constructor', 'toString', 'connection', 'new_namespace', 'last'])
      peer.emit(name, 1);
    await last;
    expect(heard.map(([name]) => name)).toEqual([
      '__proto__',
      'constructor',
      'toString',
      'connection',
      'new_namespace',
    ]);
  });
});

onBoth('events to a client', (load) => {
  it('return true and refuse reserved names', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    for (const name of RESERVED) expect(() => socket.emit(name)).toThrow(`"${name}" is a reserved event name`);
    const heard = record(peer, 'connection', 'new_namespace', 'message');
    expect(socket.emit('connection', 1)).toBe(true);
    expect(socket.emit('new_namespace')).toBe(true);
    expect(socket.send('a', 'b')).toBe(socket);
    expect(socket.write('c')).toBe(socket);
    await settled(socket, peer);
    expect(heard).toEqual([['connection', 1], ['new_namespace'], ['message', 'a', 'b'], ['message', 'c']]);
  });

  it('get their acknowledgement in a callback or a promise', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    peer.on('ask', (n: number, answer: (...args: unknown[]) => void) => answer(n + 1, 'two'));
    expect(await ask(socket, 'ask', 1)).toEqual([2, 'two']);
    expect(await socket.emitWithAck('ask', 5)).toBe(6);
    expect(await socket.timeout(30_000).emitWithAck('ask', 6)).toBe(7);
    const answered = await new Promise<unknown[]>((resolve) =>
      socket.timeout(30_000).emit('ask', 7, (...args: unknown[]) => resolve(args)),
    );
    expect(answered).toEqual([null, 8, 'two']);
  });

  it('time out with timeout(), and ignore an answer that comes too late', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const pending: (() => void)[] = [];
    peer.on('ask', (answer: () => void) => pending.push(answer));
    await expect(socket.timeout(20).emitWithAck('ask')).rejects.toThrow('operation has timed out');
    const answers: unknown[][] = [];
    await new Promise<void>((resolve) =>
      socket.timeout(20).emit('ask', (...args: unknown[]) => {
        answers.push(args);
        resolve();
      }),
    );
    for (const answer of pending) answer();
    await settled(socket, peer);
    expect(answers).toEqual([[expect.objectContaining({ message: 'operation has timed out' })]]);
  });

  it('forget their flags after each emit', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    expect(socket.volatile).toBe(socket);
    expect(socket.compress(false)).toBe(socket);
    expect(socket.timeout(10)).toBe(socket);
    peer.on('ask', (answer: () => void) => answer());
    await new Promise<void>((resolve) =>
      socket.emit('ask', (error: unknown) => resolve(void expect(error).toBeNull())),
    );
    expect(await ask(socket, 'ask')).toEqual([]);
  });

  it('are seen by outgoing catch-all listeners, broadcasts too, acknowledgements not', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const seen: unknown[][] = [];
    socket.onAnyOutgoing((...args) => seen.push(args));
    socket.on('ask', (answer: (text: string) => void) => answer('ack'));
    socket.emit('a', 1);
    io.emit('b', 2);
    io.to(socket.id).emit('c');
    await ask(peer, 'ask');
    expect(seen).toEqual([['a', 1], ['b', 2], ['c']]);
  });

  it('carry binary, near and deep', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const heard = next(peer, 'file');
    socket.emit('file', { a: [Buffer.of(1)], b: new Uint8Array([2]) }, Buffer.of(3));
    expect(await heard).toEqual([{ a: [Buffer.of(1)], b: Buffer.of(2) }, Buffer.of(3)]);
  });

  it('carry what JSON makes of dates, holes and objects with toJSON()', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const heard = next(peer, 'json');
    const date = new Date(0);
    socket.emit('json', date, [undefined, Number.NaN], { toJSON: () => 'me', a: 1 }, { u: undefined });
    expect(await heard).toEqual([date.toISOString(), [null, null], 'me', {}]);
  });
});

onBoth('disconnecting', (load) => {
  it('by the client is reported with its reason', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const gone = next(socket, 'disconnect');
    peer.disconnect();
    expect((await gone)[0]).toBe('client namespace disconnect');
  });

  it('by the server leaves the connection and its other namespaces alone', async () => {
    const { io, url } = await harness(load);
    const chats = next(io.of('/chat'), 'connection');
    const { socket, peer } = await pair(io, url);
    const chat = peer.io.socket('/chat');
    const [other] = await chats;
    const told = [next(socket, 'disconnect'), next(peer, 'disconnect')];
    socket.disconnect();
    expect((await Promise.all(told)).map(([reason]) => reason)).toEqual([
      'server namespace disconnect',
      'io server disconnect',
    ]);
    await settled(other, chat);
    expect(other.connected).toBe(true);
  });

  it('with close ends all namespaces of the connection, and the connection', async () => {
    const { io, url } = await harness(load);
    const chats = next(io.of('/chat'), 'connection');
    const { socket, peer } = await pair(io, url);
    peer.io.socket('/chat');
    const [other] = await chats;
    const told = [next(socket, 'disconnect'), next(other, 'disconnect')];
    const closed = next(socket.conn, 'close');
    socket.disconnect(true);
    expect((await Promise.all(told)).map(([reason]) => reason)).toEqual([
      'server namespace disconnect',
      'server namespace disconnect',
    ]);
    expect((await closed)[0]).toBe('forced close');
  });

  it('is reported when the transport is gone', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const gone = next(socket, 'disconnect');
    peer.io.engine.close();
    expect((await gone)[0]).toBe('transport close');
  });

  it('by closing the raw connection is a forced close', async () => {
    const { io, url } = await harness(load);
    const { socket } = await pair(io, url);
    const gone = next(socket, 'disconnect');
    socket.conn.close();
    expect((await gone)[0]).toBe('forced close');
  });

  it('happens when a client does not answer heartbeats', async () => {
    const { io, url } = await harness(load, { pingInterval: 100, pingTimeout: 50 });
    const { socket, peer } = await pair(io, url);
    const engine = peer.io.engine as any;
    // On a busy machine it might lose its patience first.
    engine._pingTimeout = 600_000;
    engine._resetPingTimeout();
    engine.transport.send = () => {};
    expect((await next(socket, 'disconnect'))[0]).toBe('ping timeout');
  });

  it('happens to a client that breaks the protocol', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const told = [next(socket, 'error'), next(socket, 'disconnect')];
    (peer.io.engine as any).write('nonsense');
    const [[error], [reason]] = (await Promise.all(told)) as [[Error], [string]];
    expect(error).toBeInstanceOf(Error);
    expect(['forced close', 'parse error']).toContain(reason);
  });

  it('happens to a client that sends an event in a namespace that it has not joined', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const gone = next(socket, 'disconnect');
    (peer.io.engine as any).write('2/elsewhere,["a"]');
    expect((await gone)[0]).toBe('forced close');
  });

  it('happens to a client that joins twice', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const gone = next(socket, 'disconnect');
    (peer.io.engine as any).write('0');
    expect((await gone)[0]).toBe('forced close');
  });

  it('happens to a client that emits a reserved name', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const gone = next(socket, 'disconnect');
    (peer.io.engine as any).write('2["disconnecting"]');
    await gone;
  });
});

onBoth('volatile events', (load) => {
  it('reach a client that can take them', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url);
    const heard = next(peer, 'v');
    socket.volatile.emit('v', 1);
    expect(await heard).toEqual([1]);
  });

  it('are dropped while a polling client is away', async () => {
    const { io, url } = await harness(load);
    const { socket, peer } = await pair(io, url, { transports: ['polling'] });
    const heard = record(peer, 'v', 'last');
    const last = next(peer, 'last');
    await new Promise<void>((resolve) => {
      socket.conn.once('drain', () => {
        // The answer to the poll has just gone out.
        socket.volatile.emit('v');
        io.volatile.emit('v');
        socket.emit('last');
        resolve();
      });
      socket.emit('first');
    });
    await last;
    expect(heard).toEqual([['last']]);
  });
});

onBoth('clients of the second generation', (load) => {
  it('have the same id on both sides, and in other namespaces an id derived from it', async () => {
    const { io, url } = await harness(load, { allowEIO3: true });
    const { createRequire } = await import('node:module');
    const old = createRequire(import.meta.url)('socket.io-client-2.5');
    const main = next(io, 'connection');
    const chat = next(io.of('/chat'), 'connection');
    const peer = old(`${url}/chat`, { transports: ['websocket'], forceNew: true, query: { a: 'b' } });
    try {
      const [[first], [second]] = (await Promise.all([main, chat])) as [[any], [any]];
      expect(first.id).toBe(first.conn.id);
      expect(second.id).toBe(`/chat#${first.conn.id}`);
      expect([first.conn.protocol, second.handshake.auth]).toEqual([3, { a: 'b' }]);
    } finally {
      peer.disconnect();
    }
  });
});

onBoth('a client that is refused', (load) => {
  it('can try again', async () => {
    const { io, url } = await harness(load);
    let first = true;
    io.use((_socket, go) => {
      go(first ? new Error('not yet') : undefined);
      first = false;
    });
    const peer = client(url);
    expect((await next(peer, 'connect_error'))[0].message).toBe('not yet');
    peer.connect();
    await next(peer, 'connect');
    await connected(url);
  });
});
