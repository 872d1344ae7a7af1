import { Namespace, type Server, type Socket } from '@sio/core';
import { collect, connect, type Running, startServer } from '@sio/test-kit';
import { ClusterAdapter, SessionAwareAdapter } from 'socket.io-adapter';
import { type Socket as ClientSocket, io as connectTo } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';

const RECOVERING = { connectionStateRecovery: true } as const;

function next(emitter: object, event: string): Promise<any[]> {
  return new Promise((resolve) =>
    (emitter as { once(event: string, listener: (...args: any[]) => void): void }).once(event, (...args) =>
      resolve(args),
    ),
  );
}

function client(url: string, options: object = {}): ClientSocket {
  const peer = connectTo(url, { forceNew: true, reconnection: false, transports: ['websocket'], ...options });
  onTestFinished(() => void peer.disconnect());
  return peer;
}

/** A client and its socket on the server. */
async function pair({ io, url }: Pick<Running, 'io' | 'url'>, options: object = {}, nsp = '/') {
  const arrived = next(io.of(nsp), 'connection');
  const peer = client(nsp === '/' ? url : `${url}${nsp}`, options);
  const [[socket]] = await Promise.all([arrived, next(peer, 'connect')]);
  return { socket: socket as Socket, peer };
}

async function cut({ socket, peer }: { socket: Socket; peer: ClientSocket }): Promise<void> {
  const gone = next(socket, 'disconnect');
  peer.io.engine.close();
  await gone;
}

async function comeBack(io: Server, peer: ClientSocket, nsp = '/'): Promise<Socket> {
  const arrived = next(io.of(nsp), 'connection');
  const back = next(peer, 'connect');
  peer.connect();
  const [[socket]] = await Promise.all([arrived, back]);
  return socket;
}

/** Everything sent to it so far has arrived. */
async function settled(socket: Socket, peer: ClientSocket): Promise<void> {
  peer.once('settled?', (answer: () => void) => answer());
  await socket.emitWithAck('settled?');
}

describe('a client that comes back', () => {
  it('without success is distinguished from a new one', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: { maxSessions: 1 } });
    const [first, second] = [await pair({ io, url }), await pair({ io, url })];
    expect(first.socket.recoveryGap).toBeUndefined();
    await cut(first);
    await cut(second);
    expect((await comeBack(io, first.peer)).recoveryGap).toBe('unknown_session');
    expect((await comeBack(io, second.peer)).recoveryGap).toBeUndefined();
  });

  it('does not need to have received an event before', async () => {
    const { io, url } = await startServer(RECOVERING);
    const first = await pair({ io, url });
    await cut(first);
    io.emit('missed', 1);
    const heard: unknown[][] = [];
    first.peer.on('missed', (...args) => heard.push(args));
    const socket = await comeBack(io, first.peer);
    expect([socket.recovered, socket.id]).toEqual([true, first.socket.id]);
    await settled(socket, first.peer);
    expect(heard).toEqual([[1, expect.any(String)]]);
  });

  it('passes the middlewares again by default, so that a banned client stays out', async () => {
    const { io, url } = await startServer(RECOVERING);
    let banned = false;
    io.use((_socket, go) => go(banned ? new Error('banned') : undefined));
    const first = await pair({ io, url });
    await cut(first);
    banned = true;
    const refused = next(first.peer, 'connect_error');
    const expired = next(io, 'recovery_expired');
    first.peer.connect();
    expect((await refused)[0].message).toBe('banned');
    expect((await expired)[0]).toMatchObject({ sid: first.socket.id });
    expect(io.of('/').adapter.rooms.size).toBe(0);
  });

  it('passes the guards even if it skips the middlewares', async () => {
    let banned = false;
    const { io, url } = await startServer({
      connectionStateRecovery: { skipMiddlewares: true },
      guards: [(_socket, { type }) => type !== 'connect' || !banned],
    });
    const first = await pair({ io, url });
    await cut(first);
    banned = true;
    const refused = next(first.peer, 'connect_error');
    first.peer.connect();
    await refused;
  });

  it('misses no event that is sent while a middleware is slow', async () => {
    const { io, url } = await startServer(RECOVERING);
    const first = await pair({ io, url });
    const heard: unknown[] = [];
    first.peer.on('n', (n) => heard.push(n));
    await cut(first);
    io.emit('n', 1);
    io.use((_socket, go) => {
      io.emit('n', 2);
      setImmediate(() => {
        io.emit('n', 3);
        go();
      });
    });
    const socket = await comeBack(io, first.peer);
    io.emit('n', 4);
    await settled(socket, first.peer);
    expect(heard).toEqual([1, 2, 3, 4]);
  });

  it('can be back before the server knows that it was gone', async () => {
    const { io, url } = await startServer(RECOVERING);
    const first = await pair({ io, url });
    const { _pid: pid } = first.peer as unknown as { _pid: string };
    const gone = next(first.socket, 'disconnect');
    const { socket } = await pair({ io, url }, { auth: { pid } });
    expect([socket.recovered, socket.id]).toEqual([true, first.socket.id]);
    expect((await gone)[0]).toBe('forced close');
  });

  it('can resume a session once', async () => {
    const { io, url } = await startServer(RECOVERING);
    const first = await pair({ io, url });
    const { _pid: pid } = first.peer as unknown as { _pid: string };
    await cut(first);
    const second = await pair({ io, url }, { auth: { pid } });
    expect(second.socket.recovered).toBe(true);
    second.socket.disconnect();
    expect((await pair({ io, url }, { auth: { pid } })).socket.recovered).toBe(false);
  });

  it('can try again if its connection is lost while it connects', async () => {
    const { io, url } = await startServer(RECOVERING);
    const first = await pair({ io, url });
    const heard: unknown[] = [];
    first.peer.on('n', (n) => heard.push(n));
    await cut(first);
    io.emit('n', 1);
    const stuck = new Promise<{ socket: Socket; go: () => void }>((resolve) => {
      let tries = 0;
      io.use((socket, go) => {
        tries += 1;
        if (tries === 1) resolve({ socket, go });
        else go();
      });
    });
    first.peer.connect();
    const { socket: lost, go } = await stuck;
    const closed = next(lost.conn, 'close');
    first.peer.io.engine.close();
    await closed;
    go();
    const socket = await comeBack(io, first.peer);
    expect([socket.recovered, socket.id]).toEqual([true, first.socket.id]);
    await settled(socket, first.peer);
    expect(heard).toEqual([1]);
  });

  it('has the right offset if an event that is not kept ends with a text', async () => {
    const { io, url } = await startServer(RECOVERING);
    const first = await pair({ io, url });
    io.emit('kept', 'x');
    io.volatile.emit('fleeting', 'a text');
    io.volatile.emit('bare');
    await settled(first.socket, first.peer);
    await cut(first);
    io.emit('missed');
    const missed = next(first.peer, 'missed');
    expect((await comeBack(io, first.peer)).recovered).toBe(true);
    await missed;
  });

  it('gets a new session if too many events were sent meanwhile', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: { maxPackets: 10 } });
    const first = await pair({ io, url });
    await cut(first);
    const expired = next(io, 'recovery_expired');
    for (let n = 0; n < 20; n++) io.emit('n', n);
    const socket = await comeBack(io, first.peer);
    expect(socket.recovered).toBe(false);
    expect((await expired)[0].sid).toBe(first.socket.id);
  });

  it('gets a new session if too many events are sent while its middlewares run', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: { maxPackets: 10 } });
    const first = await pair({ io, url });
    await cut(first);
    let visits = 0;
    io.use((_socket, go) => {
      if (visits++ === 0) for (let n = 0; n < 20; n++) io.emit('n', n);
      go();
    });
    const closed = next(first.peer.io, 'close');
    first.peer.connect();
    await closed;
    expect((await comeBack(io, first.peer)).recovered).toBe(false);
  });

  it('shows the application neither its private id nor its offset', async () => {
    const { io, url } = await startServer(RECOVERING);
    const first = await pair({ io, url }, { auth: { token: 't' } });
    const outgoing: unknown[][] = [];
    first.socket.onAnyOutgoing((...args) => outgoing.push(args));
    io.emit('a', 1);
    first.socket.emit('b', 2);
    await settled(first.socket, first.peer);
    expect(outgoing).toEqual([['a', 1], ['b', 2], ['settled?']]);
    await cut(first);
    expect((await comeBack(io, first.peer)).handshake.auth).toEqual({ token: 't' });
  });

  it('finds a dynamic namespace that is removed when it is empty', async () => {
    const { io, url } = await startServer({ ...RECOVERING, cleanupEmptyChildNamespaces: true });
    io.of(/^\/room-\d+$/);
    const opener = client(`${url}/room-1`);
    await next(opener, 'connect');
    const child = io.of('/room-1');
    const [socket] = [...child.sockets.values()] as [Socket];
    await cut({ socket, peer: opener });
    expect(io._nsps.has('/room-1')).toBe(true);
    expect((await comeBack(io, opener, '/room-1')).recovered).toBe(true);
  });
});

describe('a client that does not come back', () => {
  it('is reported as expired, with the application’s data about it', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: { maxDisconnectionDuration: 10 } });
    const first = await pair({ io, url });
    void first.socket.join('room');
    first.socket.data.name = 'ann';
    const expired = next(io, 'recovery_expired');
    await cut(first);
    expect(await expired).toEqual([
      { sid: first.socket.id, rooms: new Set([first.socket.id, 'room']), data: { name: 'ann' } },
    ]);
  });

  it('is not reported as expired after a disconnect', async () => {
    const { io, url } = await startServer({ connectionStateRecovery: { maxDisconnectionDuration: 10 } });
    const expired: unknown[] = [];
    io.on('recovery_expired', ({ sid }) => expired.push(sid));
    const leaver = await pair({ io, url });
    const loser = await pair({ io, url });
    const gone = next(leaver.socket, 'disconnect');
    leaver.peer.disconnect();
    await gone;
    const told = next(io, 'recovery_expired');
    await cut(loser);
    await told;
    expect(expired).toEqual([loser.socket.id]);
  });
});

describe('offsets', () => {
  it.each(['0.9.17', '2.5.0'] as const)('are nothing that a client %s sees', async (version) => {
    const { io, url } = await startServer(RECOVERING);
    const old = connect(version, url);
    const heard = collect(old, 'news');
    const last = old.next('last');
    io.on('connection', (socket) => {
      socket.emit('news', 'direct');
      io.emit('news', 'all');
      socket.emit('last');
    });
    await last;
    expect(heard).toEqual([['direct'], ['all']]);
  });

  it('are nothing that a client sees to which recovery is not offered', async () => {
    const { io, url } = await startServer({
      connectionStateRecovery: { offeredTo: ({ query }) => query.comesBack === '1' },
    });
    const [keen, other] = [await pair({ io, url }, { query: { comesBack: '1' } }), await pair({ io, url })];
    const heard = [next(keen.peer, 'news'), next(other.peer, 'news')];
    io.emit('news', 'all');
    expect(await Promise.all(heard)).toEqual([['all', expect.any(String)], ['all']]);
  });
});

describe('an adapter that keeps sessions itself', () => {
  it('saves and restores them, and its offsets stay hidden from old clients', async () => {
    const { io, url } = await startServer({ ...RECOVERING, adapter: SessionAwareAdapter });
    const old = connect('2.5.0', url);
    const heardByOld = collect(old, 'news');
    await old.next('connect');
    const first = await pair({ io, url });
    const heard: unknown[] = [];
    first.peer.on('news', (n) => heard.push(n));
    const outgoing: unknown[][] = [];
    first.socket.onAnyOutgoing((...args) => outgoing.push(args));
    io.emit('news', 1);
    expect(outgoing).toEqual([['news', 1, expect.any(String)]]);
    await settled(first.socket, first.peer);
    await cut(first);
    io.emit('news', 2);
    const socket = await comeBack(io, first.peer);
    expect([socket.recovered, socket.id]).toEqual([true, first.socket.id]);
    await settled(socket, first.peer);
    expect(heard).toEqual([1, 2]);
    expect(heardByOld).toEqual([[1], [2]]);
  });
});

describe('an adapter that cannot keep sessions', () => {
  it('hides the offsets that it adds', async () => {
    class Cluster extends ClusterAdapter {
      protected override doPublish(): Promise<string> {
        return Promise.resolve('offset');
      }
      protected override doPublishResponse(): Promise<void> {
        return Promise.resolve();
      }
    }
    const { io, url } = await startServer({ ...RECOVERING, adapter: Cluster as never });
    const first = await pair({ io, url });
    const heard = next(first.peer, 'news');
    io.emit('news', 1);
    expect(await heard).toEqual([1]);
    await cut(first);
    expect((await comeBack(io, first.peer)).recovered).toBe(false);
  });
});

describe('a class namespace', () => {
  it('is a new object with its rooms and data, and runs its hooks again', async () => {
    const ran: unknown[] = [];
    class Chat extends Namespace {
      initialize() {
        ran.push('initialize');
      }
      onConnect() {
        ran.push(['onConnect', this.recovered, this.data.name, [...this.rooms]]);
        if (this.recovered) return;
        this.data.name = 'ann';
        void this.join('lobby');
      }
      onReady() {
        ran.push(['onReady', this.recovered]);
      }
    }
    const { io, url } = await startServer({
      namespaces: { '/chat': Chat },
      connectionStateRecovery: { skipMiddlewares: true },
    });
    io.of('/chat').use((_socket, go) => {
      ran.push('middleware');
      go();
    });
    const first = await pair({ io, url }, {}, '/chat');
    await cut(first);
    io.of('/chat').to('lobby').emit('missed');
    const missed = next(first.peer, 'missed');
    const socket = await comeBack(io, first.peer, '/chat');
    await missed;
    expect(socket).not.toBe(first.socket);
    expect(ran).toEqual([
      'middleware',
      'initialize',
      ['onConnect', false, undefined, []],
      ['onReady', false],
      'initialize',
      ['onConnect', true, 'ann', ['lobby', first.socket.id]],
      ['onReady', true],
    ]);
  });
});
