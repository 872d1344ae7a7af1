import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import {
  type BroadcastOperator,
  type DefaultEventsMap,
  type DisconnectReason,
  type Event,
  type ExtendedError,
  type Namespace,
  type RemoteSocket,
  Server,
  type ServerOptions,
  type Socket,
} from 'socket.io';
import { Adapter, ClusterAdapterWithHeartbeat } from 'socket.io-adapter';
import { describe, expectTypeOf, it } from 'vitest';

interface ClientEvents {
  noArgs: () => void;
  text: (text: string) => void;
  ask: (n: number, answer: (text: string) => void) => void;
  maybe: (n?: number) => void;
}

interface ServerEvents {
  news: (title: string, count: number) => void;
  bare: () => void;
  question: (n: number, answer: (text: string, more: boolean) => void) => void;
  failing: (answer: (error: Error, text: string) => void) => void;
  done: (answer: () => void) => void;
}

interface BetweenServers {
  ping: (n: number) => void;
  count: (answer: (n: number) => void) => void;
}

interface Data {
  name: string;
}

// Only types are looked at: nothing of this runs.
describe.skip('a server without declared events', () => {
  it('takes and sends anything', () => {
    const io = new Server(createServer());
    io.on('connection', (socket) => {
      expectTypeOf(socket).toEqualTypeOf<Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, any>>();
      socket.on('any', (a, b: string, c: { deep: number }) => {
        expectTypeOf(a).toBeAny();
        expectTypeOf(b).toBeString();
        expectTypeOf(c.deep).toBeNumber();
      });
      socket.on('later', async () => {});
      expectTypeOf(socket.emit('anything', 1, 'two', {}, () => {})).toBeBoolean();
      expectTypeOf(socket.data).toBeAny();
      socket.data.whatever = 1;
      expectTypeOf(socket.emitWithAck('ask')).resolves.toBeAny();
      socket.timeout(10).emit('ask', 1, (error: Error, answer: number) => [error, answer]);
      socket.to('room').to(['a', 'b']).except('c').emit('x', 1);
      socket.send('a', 1).write('b');
      socket.handshake.auth.token.length;
      socket.onAny((event, first) => [event, first.anything]);
      socket.prependAny((event: string, n: number) => [event, n]);
      socket.use(([event, first], next) => next(event === 'x' ? new Error(first) : undefined));
      socket.on('disconnect', (reason, description) => {
        expectTypeOf(reason).toEqualTypeOf<DisconnectReason>();
        return description;
      });
      socket.on('error', (error) => expectTypeOf(error).toEqualTypeOf<Error>());
    });
    io.emit('anything', 1, { two: 2 });
    io.timeout(10).emit('ask', (error: Error, answers: string[]) => [error, answers]);
    expectTypeOf(io.timeout(10).emitWithAck('ask', 1)).resolves.toBeAny();
    io.of('/chat').on('connection', (socket) => void socket.join(['a']));
    io.use((socket, next) => next(socket.handshake.query.a === 'b' ? new Error('no') : undefined));
    io.serverSideEmit('anything', 1);
    io.on('anything', (a, b: number) => [a, b]);
  });

  it('takes the options of socket.io, of adapters and of cors', () => {
    const options: Partial<ServerOptions> = {
      cors: { origin: ['https://example.com', /x/], credentials: true },
      transports: ['polling', 'websocket', 'webtransport'],
      perMessageDeflate: { threshold: 1 },
      httpCompression: { threshold: 1 },
      connectionStateRecovery: { maxDisconnectionDuration: 1, skipMiddlewares: true },
      allowRequest: (req, done) => done(null, req.headers.origin === undefined),
      cookie: { name: 'io', httpOnly: true, sameSite: 'strict', maxAge: 1 },
      destroyUpgrade: false,
      destroyUpgradeTimeout: 10,
      cleanupEmptyChildNamespaces: true,
    };
    new Server(options);
    new Server(3000, { adapter: createAdapter({}, {}) });
    new Server({ adapter: Adapter });
    expectTypeOf(new Server().of('/').adapter).toExtend<Adapter>();
    const io = new Server().attach(3000, { path: '/x' }).listen(createServer());
    expectTypeOf(io).toEqualTypeOf<Server>();
    expectTypeOf(io.close()).resolves.toBeVoid();
    expectTypeOf(ClusterAdapterWithHeartbeat).toBeObject();
  });

  it('names the types that handlers are written with', () => {
    expectTypeOf<Event>().toEqualTypeOf<[string, ...any[]]>();
    expectTypeOf<ExtendedError>().toExtend<Error>();
    const refuse = (socket: Socket, next: (error?: ExtendedError) => void) =>
      next(socket.disconnected ? undefined : undefined);
    new Server().use(refuse);
    const greet = (nsp: Namespace) => nsp.emit('hi');
    greet(new Server().of('/'));
    const speak = (operator: BroadcastOperator<DefaultEventsMap, any>) => operator.emit('hi');
    speak(new Server().to('a'));
  });
});

describe.skip('a server with declared events', () => {
  type Typed = Server<ClientEvents, ServerEvents, BetweenServers, Data>;
  const io: Typed = undefined as never;

  it('knows what clients send', () => {
    io.on('connection', (socket) => {
      expectTypeOf(socket).toEqualTypeOf<Socket<ClientEvents, ServerEvents, BetweenServers, Data>>();
      socket.on('text', (text) => expectTypeOf(text).toBeString());
      socket.on('ask', (n, answer) => {
        expectTypeOf(n).toBeNumber();
        expectTypeOf(answer).toEqualTypeOf<(text: string) => void>();
      });
      socket.once('noArgs', (...args) => expectTypeOf(args).toEqualTypeOf<[]>());
      socket.on('maybe', (n) => expectTypeOf(n).toEqualTypeOf<number | undefined>());
      socket.on('disconnecting', (reason) => expectTypeOf(reason).toEqualTypeOf<DisconnectReason>());
      // @ts-expect-error clients do not send it
      socket.on('news', () => {});
      // @ts-expect-error a text comes
      socket.on('text', (n: number) => n);
      // @ts-expect-error the acknowledgement is a text
      socket.on('ask', (_n, answer) => answer(1));
      expectTypeOf(socket.data).toEqualTypeOf<Data>();
    });
  });

  it('knows what it may send', () => {
    io.emit('news', 'title', 1);
    io.emit('bare');
    // @ts-expect-error no such event
    io.emit('text', 'x');
    // @ts-expect-error a number is missing
    io.emit('news', 'title');
    // @ts-expect-error the other way round
    io.emit('news', 1, 'title');
    // @ts-expect-error to everybody, an acknowledgement needs a limit
    io.emit('question', 1, () => {});
    // @ts-expect-error the same for a namespace
    io.of('/').emit('question', 1, () => {});
    io.to('room').emit('news', 'title', 1);
    io.on('connection', (socket) => {
      socket.emit('news', 'title', 1);
      socket.broadcast.emit('bare');
      // @ts-expect-error
      socket.emit('news', 1);
      // @ts-expect-error
      socket.to('a').emit('nothing');
      // @ts-expect-error there is no event `message`
      socket.send('x');
      socket.emit('question', 1, (text, more) => {
        expectTypeOf(text).toBeString();
        expectTypeOf(more).toBeBoolean();
      });
      socket.timeout(10).emit('question', 1, (error, text, more) => {
        expectTypeOf(error).toEqualTypeOf<Error>();
        expectTypeOf(text).toBeString();
        expectTypeOf(more).toBeBoolean();
      });
      expectTypeOf(socket.emitWithAck('question', 1)).resolves.toBeString();
      expectTypeOf(socket.timeout(1).emitWithAck('question', 1)).resolves.toBeString();
      // An acknowledgement without arguments is one all the same.
      expectTypeOf(socket.emitWithAck('done')).resolves.toBeUndefined();
      expectTypeOf(socket.timeout(1).emitWithAck('done')).resolves.toBeUndefined();
      // @ts-expect-error it is not acknowledged
      void socket.emitWithAck('bare');
      // @ts-expect-error
      void socket.emitWithAck('question', 'x');
    });
  });

  it('collects acknowledgements of many in a list', () => {
    io.timeout(10).emit('question', 1, (error, texts) => {
      expectTypeOf(error).toEqualTypeOf<Error>();
      expectTypeOf(texts).toEqualTypeOf<string[]>();
    });
    expectTypeOf(io.timeout(10).emitWithAck('question', 1)).resolves.toEqualTypeOf<string[]>();
    expectTypeOf(io.to('a').timeout(10).emitWithAck('question', 1)).resolves.toEqualTypeOf<string[]>();
    void io.timeout(10).emitWithAck('done');
    expectTypeOf(io.timeout(10).to('a').emitWithAck('question', 1)).resolves.toEqualTypeOf<string[]>();
    io.on('connection', (socket) => {
      expectTypeOf(socket.broadcast.timeout(1).emitWithAck('question', 1)).resolves.toEqualTypeOf<string[]>();
    });
  });

  it('types the events between servers', () => {
    io.serverSideEmit('ping', 1);
    io.on('ping', (n) => expectTypeOf(n).toBeNumber());
    io.on('count', (answer) => answer(1));
    io.serverSideEmit('count', (error, counts) => {
      expectTypeOf(error).toEqualTypeOf<Error>();
      expectTypeOf(counts).toEqualTypeOf<number[]>();
    });
    expectTypeOf(io.serverSideEmitWithAck('count')).resolves.toEqualTypeOf<number[]>();
    io.of('/chat').on('ping', (n) => expectTypeOf(n).toBeNumber());
    // @ts-expect-error
    io.serverSideEmit('ping', 'x');
    // @ts-expect-error
    io.serverSideEmit('nothing');
    // @ts-expect-error clients' events do not come from servers
    io.on('text', () => {});
    io.on('new_namespace', (nsp) => {
      expectTypeOf(nsp).toEqualTypeOf<Namespace<ClientEvents, ServerEvents, BetweenServers, Data>>();
    });
  });

  it('knows what is remembered of sockets elsewhere', async () => {
    const [socket] = await io.fetchSockets();
    expectTypeOf(socket).toEqualTypeOf<RemoteSocket<ServerEvents, Data> | undefined>();
    expectTypeOf(socket?.data.name).toEqualTypeOf<string | undefined>();
    socket?.emit('news', 'x', 1);
    // @ts-expect-error
    socket?.emit('text', 'x');
    expectTypeOf(io.allSockets()).resolves.toEqualTypeOf<Set<string>>();
  });

  it('sends messages only where such an event is declared', () => {
    const io = new Server<{ text: (text: string) => void }>();
    // @ts-expect-error
    expect(io.send()).toBe(io);
    // @ts-expect-error
    io.of('/a').write();
    // @ts-expect-error
    io.on('connection', (socket) => socket.send());
    new Server().send();
    new Server<{ message: () => void }>().send();
  });

  it('has one type of target for what is sent through the server, a namespace and a socket', () => {
    interface Events {
      text: (text: string) => void;
      asked: (question: string, answer: (text: string) => void) => void;
    }
    const io = new Server<object, Events, object, { name: string }>();
    let target = io.to('a');
    const targetOf: BroadcastOperator<Events, { name: string }> = target;
    target = targetOf;
    target = io.of('/a').except('b').volatile;
    io.on('connection', (socket) => {
      let others = socket.broadcast;
      others = socket.to('a').compress(true);
      others = target;
      target = others;
    });
    const untyped: BroadcastOperator<DefaultEventsMap, any> = new Server().to('a');
    target = untyped;
  });

  it('has one type of sends what it takes when only that is declared', () => {
    const both = new Server<{ text: (text: string) => void; message: (n: number) => void }>();
    both.emit('text', 'x');
    both.send(1);
    // @ts-expect-error
    both.emit('text', 1);
    both.on('connection', (socket) => {
      socket.on('text', (text) => expectTypeOf(text).toBeString());
      socket.emit('text', 'x');
      // @ts-expect-error
      socket.send('x');
    });
  });
});
