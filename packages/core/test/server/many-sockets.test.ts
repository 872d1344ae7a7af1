import type { Server, Socket } from '@sio/core';
import { type Client, collect, connect, startServer } from '@sio/test-kit';
import { Adapter, type BroadcastOptions, SessionAwareAdapter } from 'socket.io-adapter';
import { describe, expect, it } from 'vitest';

type Options = Parameters<typeof startServer>[0];

interface Guest {
  readonly client: Client;
  readonly socket: Socket;
}

async function come(io: Server, url: string, version: Parameters<typeof connect>[0] = '4.8.4'): Promise<Guest> {
  const arrival = new Promise<Socket>((resolve) => io.once('connection', resolve));
  const client = connect(version, url, { transports: ['websocket'] });
  const [socket] = await Promise.all([arrival, client.next('connect')]);
  return { client, socket };
}

/** Three guests, the second of whom fails at whatever is done to it. */
async function party(options: Options) {
  const reports: { message: string; socket: unknown }[] = [];
  const server = await startServer({
    ...options,
    errorHandler: (error, { socket }) => void reports.push({ message: (error as Error).message, socket }),
  });
  const guests = [
    await come(server.io, server.url),
    await come(server.io, server.url),
    await come(server.io, server.url),
  ];
  return { ...server, guests, reports, weak: guests[1] as Guest, others: [guests[0] as Guest, guests[2] as Guest] };
}

function fail(): never {
  throw new Error('broken');
}

/** Its connection cannot be written to. */
function breakOutput({ socket }: Guest): void {
  Object.assign(socket.conn, { sendPacket: fail, sendWithPolicy: fail });
}

const ADAPTERS: readonly (readonly [string, Options])[] = [
  ['our own adapter', {}],
  ['our own adapter with state recovery', { connectionStateRecovery: true }],
  ["socket.io's adapter", { adapter: Adapter as never }],
];

describe.each(ADAPTERS)('of many sockets, one that fails costs itself only: with %s', (_name, options) => {
  it.each([
    ['all', (io: Server) => io.emit('news', 1)],
    ['rooms', (io: Server) => io.to(['left', 'right']).emit('news', 1)],
  ])('when an event goes to %s', async (_to, emit) => {
    const { io, guests, weak, others, reports } = await party(options);
    for (const [n, { socket }] of guests.entries()) await socket.join(n < 2 ? 'left' : 'right');
    breakOutput(weak);
    const heard = others.map(({ client }) => client.next('news'));
    expect(emit(io)).toBe(true);
    expect((await Promise.all(heard)).map(([news]) => news)).toEqual([1, 1]);
    expect(reports).toEqual([{ message: 'broken', socket: weak.socket }]);
  });

  it('when all are to acknowledge', async () => {
    const { io, weak, others } = await party(options);
    breakOutput(weak);
    for (const { client } of others) client.on('question', (answer: (text: string) => void) => answer('yes'));
    const error = await io
      .timeout(300)
      .emitWithAck('question')
      .catch((reason: unknown) => reason);
    expect((error as { responses: unknown[] }).responses).toEqual(['yes', 'yes']);
  });

  it('when they enter a room', async () => {
    const { io, others, weak } = await party({ ...options, maxRoomsPerSocket: 3 });
    await weak.socket.join(['a', 'b']);
    io.socketsJoin('room');
    expect([...(io.sockets.adapter.rooms.get('room') ?? [])]).toEqual(others.map(({ socket }) => socket.id));
  });

  it('when they leave a room', async () => {
    const { io, weak } = await party(options);
    io.socketsJoin('room');
    weak.socket.leave = fail;
    io.socketsLeave('room');
    expect([...(io.sockets.adapter.rooms.get('room') ?? [])]).toEqual([weak.socket.id]);
  });

  it('when they are disconnected', async () => {
    const { io, weak, others } = await party(options);
    weak.socket.disconnect = fail;
    const gone = others.map(({ client }) => client.next('disconnect'));
    io.disconnectSockets();
    await Promise.all(gone);
    expect([...io.sockets.sockets.keys()]).toEqual([weak.socket.id]);
  });
});

describe('an event that cannot be written', () => {
  it('throws at the emit, once, however many clients there are', async () => {
    const { io, reports } = await party({});
    expect(() => io.emit('news', 1n)).toThrow(/BigInt/);
    expect(reports).toEqual([]);
  });

  it('still reaches the clients for which it can be encoded', async () => {
    const json = {
      parse: JSON.parse,
      stringify: (value: unknown) => {
        if (Array.isArray(value)) throw new Error('no lists');
        return JSON.stringify(value);
      },
    };
    const { io, url } = await startServer({ json });
    const old = await come(io, url, '0.9.17');
    const modern = await come(io, url);
    const heard = old.client.next('news');
    expect(() => io.emit('news', 1)).toThrow(/no lists/);
    expect(await heard).toEqual([1]);
    expect(modern.socket.connected).toBe(true);
  });
});

describe('a parent namespace', () => {
  it('has no adapter of the application, so none stays open', async () => {
    const made: string[] = [];
    const closed: string[] = [];
    class Counted extends Adapter {
      override init(): void {
        made.push(this.nsp.name);
      }
      override close(): void {
        closed.push(this.nsp.name);
      }
    }
    const { io, url } = await startServer({ adapter: Counted as never });
    io.of(/^\/room-/);
    io.of((_name, _auth, next) => next(null, true));
    const client = connect('4.8.4', `${url}/room-1`, { transports: ['websocket'] });
    await client.next('connect');
    await io.close();
    expect(made).toEqual(['/', '/room-1']);
    expect(closed.sort()).toEqual(made);
  });

  it('broadcasts to the other children if one fails', async () => {
    const { io, url } = await startServer();
    const family = io.of(/^\/room-/);
    const clients = ['/room-1', '/room-2', '/room-3'].map((name) =>
      connect('4.8.4', `${url}${name}`, { transports: ['websocket'] }),
    );
    await Promise.all(clients.map((client) => client.next('connect')));
    const { adapter } = io.of('/room-2');
    adapter.broadcast = fail;
    const heard = [clients[0]?.next('news'), clients[2]?.next('news')];
    expect(() => family.emit('news')).toThrow('broken');
    await Promise.all(heard);
  });
});

describe('the packet that an adapter gets', () => {
  async function watched(act: (io: Server, socket: Socket) => void, Base = Adapter, options: Options = {}) {
    const seen: { packet: object; options: BroadcastOptions }[] = [];
    class Watching extends Base {
      override broadcast(packet: object, given: BroadcastOptions): void {
        seen.push({ packet: { ...packet }, options: { ...given } });
        super.broadcast(packet as never, given);
      }
      override broadcastWithAck(packet: object, ...rest: [BroadcastOptions, never, never]): void {
        seen.push({ packet: { ...packet }, options: { ...rest[0] } });
        super.broadcastWithAck(packet as never, ...rest);
      }
    }
    const { io, url } = await startServer({ ...options, adapter: Watching as never });
    const { socket } = await come(io, url);
    act(io, socket);
    return seen.map(({ packet, options: { rooms, except, flags } }) => ({ packet, rooms, except, flags }));
  }

  it.each([
    ['an event', (io: Server) => io.emit('news', 1), ['news', 1], {}],
    ['a message', (io: Server) => io.send('hello'), ['message', 'hello'], { send: true }],
    ['an event to others', (_io: Server, socket: Socket) => socket.broadcast.emit('news'), ['news'], {}],
    ['a volatile event', (io: Server) => io.volatile.emit('news'), ['news'], { volatile: true }],
    ['a question', (io: Server) => io.timeout(50).emit('ask', () => {}), ['ask'], { timeout: 50 }],
  ])('of %s has the keys of socket.io and none without a value', async (_what, act, data, flags) => {
    const [seen] = await watched(act as (io: Server, socket: Socket) => void);
    expect(Object.keys(seen?.packet ?? {}).sort()).toEqual(['data', 'type']);
    expect(seen).toMatchObject({ packet: { type: 2, data }, rooms: new Set() });
    expect(seen?.flags).toStrictEqual(flags);
  });

  it('for a single socket with state recovery has these keys as well', async () => {
    const say = (_io: Server, socket: Socket) => void socket.emit('news', 1);
    const [seen] = await watched(say, SessionAwareAdapter as never, { connectionStateRecovery: true });
    expect(Object.keys(seen?.packet ?? {}).sort()).toEqual(['data', 'type']);
  });

  it('keeps a message of send() a message for clients of 0.9', async () => {
    const { io, url } = await startServer({ adapter: Adapter as never });
    const { client } = await come(io, url, '0.9.17');
    const heard = collect(client, 'message');
    const done = client.next('done');
    io.send('hello');
    io.emit('done');
    await done;
    expect(heard).toEqual([['hello']]);
  });
});
