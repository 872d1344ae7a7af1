import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { Decoder, Encoder } from 'socket.io-parser';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Library, libraries } from './support/libraries.js';
import { addressOf, client, connected, listening, next, pair, record, settled, stage } from './support/stage.js';
import { SessionPair } from './support/webtransport.js';

const [theirs, ours] = libraries.map(([, load]) => load) as [() => Promise<Library>, () => Promise<Library>];

const typesOf = (object: object, names: readonly string[]) =>
  names.filter((name) => (object as Record<string, unknown>)[name] !== undefined);

describe('what is private on socket.io', () => {
  const SERVER = ['_nsps', '_opts', '_parser', '_connectTimeout', 'eio', 'parentNsps', 'parentNamespacesFromRegExp'];
  const NAMESPACE = ['_ids', '_onServerSideEmit', '_remove', '_fns', '_preConnectSockets', 'run'];
  const SOCKET = ['acks', 'notifyOutgoingListeners', 'server', 'adapter', 'fns', 'flags', 'packet'];
  const CLIENT = ['id', 'sockets', 'writeToEngine', 'nsps', 'encoder', 'decoder'];
  const ENGINE = ['clients', 'middlewares', 'ws', 'verify'];
  const TRANSPORT = ['name', 'writable', 'discarded', 'supportsBinary', 'sid', 'protocol', 'readyState', 'on'];

  async function there(load: () => Promise<Library>) {
    const { io, url } = await stage(load);
    const { socket } = await pair(io, url);
    return {
      server: typesOf(io, SERVER),
      namespace: typesOf(io.of('/'), NAMESPACE),
      socket: typesOf(socket, SOCKET),
      client: typesOf(socket.client, CLIENT),
      engine: typesOf(io.engine, ENGINE),
      transport: typesOf(socket.conn.transport, TRANSPORT),
    };
  }

  it('is here as far as adapters and the admin UI use it', async () => {
    expect(await there(theirs)).toEqual({
      server: SERVER,
      namespace: NAMESPACE,
      socket: SOCKET,
      client: CLIENT,
      engine: ENGINE,
      transport: TRANSPORT,
    });
    expect(await there(ours)).toEqual({
      server: ['_nsps'],
      namespace: ['_ids', '_onServerSideEmit', '_remove'],
      socket: ['acks', 'notifyOutgoingListeners', 'server', 'adapter'],
      client: ['id', 'sockets', 'writeToEngine'],
      engine: ['clients', 'middlewares'],
      transport: ['name', 'writable', 'discarded', 'supportsBinary'],
    });
  });
});

describe('the engine', () => {
  it('attaches to another HTTP server at the server’s own path', async () => {
    for (const [load, path] of [
      [theirs, '/engine'],
      [ours, '/socket.io'],
    ] as const) {
      const { io } = await stage(load);
      const other = createServer();
      (io.engine as any).attach(other, { path: '/engine' });
      await next(other.listen(0, '127.0.0.1'), 'listening');
      await connected(addressOf(other).url, { path });
      other.close();
      other.closeAllConnections();
    }
  });

  it('has its codes in the documents, not on its class', async () => {
    for (const [load, code] of [
      [theirs, 4],
      [ours, undefined],
    ] as const) {
      const { io } = await stage(load);
      expect((io.engine.constructor as any).errors?.FORBIDDEN).toBe(code);
    }
  });

  it('reads the address of a request, whatever somebody has put beside it', async () => {
    for (const [load, status] of [
      [theirs, 400],
      [ours, 200],
    ] as const) {
      const { http, url } = await stage(load);
      http.prependListener('request', (req) => Object.assign(req, { _query: { transport: 'tobi', EIO: '4' } }));
      expect((await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).status).toBe(status);
    }
  });

  it('lets middlewares answer an upgrade like any request', async () => {
    for (const [load, outcome] of [
      [theirs, 'socket hang up'],
      [ours, 'Unexpected server response: 401'],
    ] as const) {
      const { io, url } = await stage(load);
      io.engine.use((_req: IncomingMessage, res: ServerResponse) => {
        res.writeHead(401);
        res.end();
      });
      const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
      expect((await next(ws, 'error'))[0].message).toBe(outcome);
    }
  });

  it('lets WebTransport sessions in where only cors is set', async () => {
    for (const [load, closed] of [
      [theirs, true],
      [ours, false],
    ] as const) {
      const transports = ['polling', 'websocket', 'webtransport'] as never;
      const { io } = await stage(load, { transports, cors: { origin: 'https://example.com' } });
      const session = new SessionPair();
      void io.engine.onWebTransportSession(session.server);
      const { readable, writable } = await session.client.createBidirectionalStream();
      const greeted = readable.getReader().read();
      writable
        .getWriter()
        .write(Uint8Array.of(1, 0x30))
        .catch(() => {});
      const ended = session.closed.then(() => true);
      expect(await Promise.race([ended, greeted.then(({ done }) => done)])).toBe(closed);
    }
  });

  it('tells the end of a connection at once, also between two polls', async () => {
    for (const [load, state] of [
      [theirs, 'closing'],
      [ours, 'closed'],
    ] as const) {
      const { io, url } = await stage(load);
      const arrival = next(io.engine, 'connection');
      await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text();
      const [conn] = await arrival;
      conn.close();
      expect(conn.readyState).toBe(state);
    }
  });

  it('knows the code with which a WebSocket was closed', async () => {
    for (const [load, description] of [
      [theirs, undefined],
      [ours, { code: 1005 }],
    ] as const) {
      const { io, url } = await stage(load);
      const { socket, peer } = await pair(io, url);
      const gone = next(socket, 'disconnect');
      peer.io.engine.close();
      expect(await gone).toEqual(expect.arrayContaining(['transport close']));
      expect((await gone)[1]).toEqual(description);
    }
  });

  it('calls an Origin that could break a header a foreign one, unless every origin may come', async () => {
    for (const [load, told] of [
      [theirs, { code: 3, context: { name: 'INVALID_ORIGIN' } }],
      [ours, { code: 4, context: { name: 'FORBIDDEN_ORIGIN' } }],
    ] as const) {
      const http = createServer({ insecureHTTPParser: true });
      const io = new (await load()).Server(http);
      const { port } = await listening(io, http);
      const error = next(io.engine, 'connection_error');
      const socket = connect(port, '127.0.0.1');
      socket.write('GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nOrigin: http://\u0001\r\n\r\n');
      expect((await error)[0]).toMatchObject(told);
      socket.destroy();
    }
  });
});

describe('a server', () => {
  it('leaves the options that attach is given as they are', async () => {
    for (const [load, left] of [
      [theirs, { path: '/x', pingInterval: 5, pingTimeout: 7, cleanupEmptyChildNamespaces: false }],
      [ours, { path: '/x', pingInterval: 5 }],
    ] as const) {
      const { Server } = await load();
      const options = { path: '/x', pingInterval: 5 };
      new Server({ pingTimeout: 7 }).attach(createServer(), options);
      expect(options).toEqual(left);
    }
  });

  it('has several encoders of a parser, and no more with its clients', async () => {
    for (const [load, encoders] of [
      [theirs, 1],
      [ours, 3],
    ] as const) {
      let made = 0;
      class Counted extends Encoder {
        constructor() {
          super();
          made += 1;
        }
      }
      const { io, url } = await stage(load, { parser: { Encoder: Counted, Decoder } as never });
      await pair(io, url);
      await pair(io, url);
      expect(made).toBe(encoders);
    }
  });

  it('keeps what a client says in one breath with its connect, until it is in', async () => {
    for (const [load, outcome] of [
      [theirs, 'closed'],
      [ours, 'heard'],
    ] as const) {
      const { io, url } = await stage(load);
      io.use((_socket, go) => setImmediate(go));
      const heard = new Promise<string>((resolve) =>
        io.on('connection', (socket) => socket.on('early', () => resolve('heard'))),
      );
      const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
      await next(ws, 'message');
      ws.send('40');
      ws.send('42["early"]');
      expect(await Promise.race([heard, next(ws, 'close').then(() => 'closed')])).toBe(outcome);
      ws.close();
    }
  });

  it('puts an offset behind a volatile event that ends with a text', async () => {
    for (const [load, args] of [
      [theirs, ['text']],
      [ours, ['text', expect.any(String)]],
    ] as const) {
      const { io, url } = await stage(load, { connectionStateRecovery: {} });
      const { socket, peer } = await pair(io, url);
      await settled(socket, peer);
      const heard = record(peer, 'fleeting');
      socket.volatile.emit('fleeting', 'text');
      await settled(socket, peer);
      expect(heard).toEqual([['fleeting', ...args]]);
    }
  });

  it('lets a client in once, however often its middleware calls next', async () => {
    for (const [load, times] of [
      [theirs, 2],
      [ours, 1],
    ] as const) {
      const { io, url } = await stage(load);
      const told = record(io, 'connection');
      io.use((_socket, go) => {
        go();
        go();
      });
      const { socket, peer } = await pair(io, url);
      await settled(socket, peer);
      expect(told).toHaveLength(times);
    }
  });

  it('tells a client the text that its middleware gives instead of an error', async () => {
    for (const [load, message] of [
      [theirs, ''],
      [ours, 'members only'],
    ] as const) {
      const { io, url } = await stage(load);
      io.use((_socket, go) => go('members only' as never));
      expect((await next(client(url), 'connect_error'))[0].message).toBe(message);
    }
  });

  it('refuses revisions that there are not, and WebSockets for another transport', async () => {
    for (const [load, status, opened] of [
      [theirs, 200, true],
      [ours, 400, false],
    ] as const) {
      const { url } = await stage(load, { allowEIO3: true });
      expect((await fetch(`${url}/socket.io/?EIO=5&transport=polling`)).status).toBe(status);
      const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=polling`);
      const refused = next(ws, 'error').then(() => false);
      expect(await Promise.race([refused, next(ws, 'open').then(() => true)])).toBe(opened);
      ws.terminate();
    }
  });
});
