import { createServer } from 'node:http';
import { Decoder, Encoder } from 'socket.io-parser';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { client, connected, harness, next, pair, record, settled } from './support/harness.js';
import { type Library, libraries } from './support/libraries.js';

const [theirs, ours] = libraries.map(([, load]) => load) as [() => Promise<Library>, () => Promise<Library>];

const typesOf = (object: object, names: readonly string[]) =>
  names.filter((name) => (object as Record<string, unknown>)[name] !== undefined);

describe('members that are private on socket.io', () => {
  const SERVER = ['_nsps', '_opts', '_parser', '_connectTimeout', 'eio', 'parentNsps', 'parentNamespacesFromRegExp'];
  const NAMESPACE = ['_ids', '_onServerSideEmit', '_remove', '_fns', '_preConnectSockets', 'run', 'emitReserved'];
  const SOCKET = ['acks', 'notifyOutgoingListeners', 'server', 'adapter', 'fns', 'flags', 'packet'];
  const CLIENT = ['id', 'sockets', 'writeToEngine', 'nsps', 'encoder', 'decoder'];
  const ENGINE = ['clients', 'middlewares', 'ws', 'verify'];
  const TRANSPORT = ['name', 'writable', 'discarded', 'supportsBinary', 'sid', 'protocol', 'readyState', 'on'];

  async function there(load: () => Promise<Library>) {
    const { io, url } = await harness(load);
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

  it('exists as far as adapters, the admin UI and applications use it', async () => {
    expect(await there(theirs)).toEqual({
      server: SERVER,
      namespace: NAMESPACE,
      socket: SOCKET,
      client: CLIENT,
      engine: ENGINE,
      transport: TRANSPORT,
    });
    expect(await there(ours)).toEqual({
      server: ['_nsps', '_opts', 'eio', 'parentNsps'],
      namespace: ['_ids', '_onServerSideEmit', '_remove', '_fns'],
      socket: ['acks', 'notifyOutgoingListeners', 'server', 'adapter', 'packet'],
      client: ['id', 'sockets', 'writeToEngine', 'nsps'],
      engine: ['clients', 'middlewares'],
      transport: ['name', 'writable', 'discarded', 'supportsBinary'],
    });
  });
});

describe('a server', () => {
  it('does not change the options given to attach', async () => {
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

  it('makes several encoders of a parser, but not one per client', async () => {
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
      const { io, url } = await harness(load, { parser: { Encoder: Counted, Decoder } as never });
      await pair(io, url);
      await pair(io, url);
      expect(made).toBe(encoders);
    }
  });

  it('queues events sent right after CONNECT until the connection is accepted', async () => {
    for (const [load, outcome] of [
      [theirs, 'closed'],
      [ours, 'heard'],
    ] as const) {
      const { io, url } = await harness(load);
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

  it('adds an offset to a volatile event that ends with a text', async () => {
    for (const [load, args] of [
      [theirs, ['text']],
      [ours, ['text', expect.any(String)]],
    ] as const) {
      const { io, url } = await harness(load, { connectionStateRecovery: {} });
      const { socket, peer } = await pair(io, url);
      await settled(socket, peer);
      const heard = record(peer, 'fleeting');
      socket.volatile.emit('fleeting', 'text');
      await settled(socket, peer);
      expect(heard).toEqual([['fleeting', ...args]]);
    }
  });

  it('connects a client once, however often its middleware calls next', async () => {
    for (const [load, times] of [
      [theirs, 2],
      [ours, 1],
    ] as const) {
      const { io, url } = await harness(load);
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

  it('sends a client the text that its middleware passes instead of an error', async () => {
    for (const [load, message] of [
      [theirs, ''],
      [ours, 'members only'],
    ] as const) {
      const { io, url } = await harness(load);
      io.use((_socket, go) => go('members only' as never));
      expect((await next(client(url), 'connect_error'))[0].message).toBe(message);
    }
  });

  it('refuses unknown protocol versions, and WebSockets for another transport', async () => {
    for (const [load, status, opened] of [
      [theirs, 200, true],
      [ours, 400, false],
    ] as const) {
      const { url } = await harness(load, { allowEIO3: true });
      expect((await fetch(`${url}/socket.io/?EIO=5&transport=polling`)).status).toBe(status);
      const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=polling`);
      const refused = next(ws, 'error').then(() => false);
      expect(await Promise.race([refused, next(ws, 'open').then(() => true)])).toBe(opened);
      ws.terminate();
    }
  });

  it('accepts a regular expression with the flag g or y for a parent namespace', async () => {
    for (const [load, works] of [
      [theirs, false],
      [ours, true],
    ] as const) {
      const { io, url } = await harness(load);
      const family = () => io.of(/^\/g-\d$/g);
      if (!works) expect(family).toThrow('stateful regular expressions are not supported');
      else family();
      for (const name of works ? ['/g-1', '/g-2'] : []) await connected(url + name);
    }
  });
});

describe('a socket', () => {
  it('receives an event that the client sends right before it disconnects', async () => {
    for (const [load, events] of [
      [theirs, []],
      [ours, ['last words']],
    ] as const) {
      const { io, url } = await harness(load);
      const { socket, peer } = await pair(io, url);
      const heard = record(socket, 'last words');
      const gone = next(socket, 'disconnect');
      const { ws } = peer.io.engine.transport as unknown as {
        ws: { _socket: import('node:net').Socket; send(text: string): void };
      };
      ws._socket.cork();
      ws.send('42["last words"]');
      ws.send('41');
      ws._socket.uncork();
      await gone;
      expect(heard.map(([event]) => event)).toEqual(events);
    }
  });

  it('reports with a code why a packet cannot be encoded', async () => {
    const circle: unknown[] = [];
    circle.push(circle);
    for (const [load, names] of [
      [theirs, ['RangeError', 'TypeError']],
      [ours, ['CodecError', 'CodecError']],
    ] as const) {
      const { io, url } = await harness(load);
      const { socket } = await pair(io, url);
      for (const [index, value] of [circle, 1n].entries()) {
        expect(() => socket.emit('x', value)).toThrow(expect.objectContaining({ name: names[index] }));
      }
    }
  });

  it('keeps the same handshake object', async () => {
    for (const [load, replaceable] of [
      [theirs, true],
      [ours, false],
    ] as const) {
      const { io, url } = await harness(load);
      const { socket } = await pair(io, url, { query: { a: 'b' } });
      const replace = () => Object.assign(socket, { handshake: {} });
      if (replaceable) replace();
      else expect(replace).toThrow(TypeError);
    }
  });

  it('sends what a middleware emits once its client is connected', async () => {
    for (const [load, order] of [
      [theirs, ['early', 'connect']],
      [ours, ['connect', 'early']],
    ] as const) {
      const { io, url } = await harness(load);
      io.use((socket, go) => {
        socket.emit('early');
        go();
      });
      const peer = client(url);
      const heard = record(peer, 'connect', 'early');
      await Promise.all([next(peer, 'connect'), next(peer, 'early')]);
      expect(heard.map(([event]) => event)).toEqual(order);
    }
  });

  it('does not connect if a middleware disconnects it', async () => {
    for (const [load, outcome] of [
      [theirs, 'in'],
      [ours, 'Connection rejected by server'],
    ] as const) {
      const { io, url } = await harness(load);
      io.use((socket, go) => {
        socket.disconnect();
        go();
      });
      const peer = client(url);
      const refused = next(peer, 'connect_error').then(([error]) => error.message);
      expect(await Promise.race([refused, next(peer, 'connect').then(() => 'in')])).toBe(outcome);
    }
  });

  it('has members that socket.io does not have, and no listener for errors', async () => {
    const MEMBERS = ['bufferedBytes', 'droppable', 'expiresAt', 'shared', 'signal'];
    for (const [load, taken, listeners] of [
      [theirs, [], 1],
      [ours, MEMBERS, 0],
    ] as const) {
      const { io, url } = await harness(load);
      const { socket } = await pair(io, url);
      const free = ['user', 'username', 'room', 'session', 'token', 'name', 'state', 'player', 'params', ...MEMBERS];
      const refused = free.filter((name) => !isFree(socket, name));
      expect(refused).toEqual(taken);
      expect(socket.listeners('error')).toHaveLength(listeners);
    }
  });
});

function isFree(socket: object, name: string): boolean {
  try {
    return Object.assign(socket, { [name]: 'mine' })[name] === 'mine';
  } catch {
    return false;
  }
}
