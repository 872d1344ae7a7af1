import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { listen } from '@sio/test-kit';
import { Decoder as TextDecoder5, Encoder as TextEncoder5 } from 'socket.io-parser';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import {
  addressOf,
  ask,
  client,
  connected,
  harness,
  listening,
  next,
  pair,
  record,
  settled,
} from '../support/harness.js';
import { onBoth } from '../support/libraries.js';

const polling = (url: string, rest = '') => `${url}/socket.io/?EIO=4&transport=polling${rest}`;

async function opening(at: string, init?: RequestInit) {
  const response = await fetch(at, init);
  return { response, open: JSON.parse((await response.text()).replace(/^(\d+:)?0/, '')) };
}

onBoth('constructing a server', (load) => {
  it('accepts a port as text', async () => {
    const { Server } = await load();
    const io = new Server('0' as never);
    onTestFinished(async () => void (await io.close()));
    const http = io.httpServer as import('node:http').Server;
    if (!http.listening) await once(http, 'listening');
    await connected(addressOf(http).url);
  });

  it('attaches by attach and listen alike, and has its main namespace at once', async () => {
    const { Server } = await load();
    for (const name of ['attach', 'listen'] as const) {
      const http = createServer();
      const io = new Server();
      expect(io[name](http, { pingInterval: 123 })).toBe(io);
      expect([io.httpServer, io.sockets.name, io.engine.opts.pingInterval]).toEqual([http, '/', 123]);
    }
  });
});

onBoth('the option', (load) => {
  it('serveClient: false serves no client files', async () => {
    const { io, url } = await harness(load, { serveClient: false });
    expect(io.serveClient()).toBe(false);
    const response = await fetch(`${url}/socket.io/socket.io.js`);
    expect([response.status >= 400, (await response.text()).includes('Socket.IO v')]).toEqual([true, false]);
    await connected(url);
  });

  it('parser replaces what packets are made of', async () => {
    const made: string[] = [];
    class Encoder extends TextEncoder5 {
      constructor() {
        super();
        made.push('encoder');
      }
    }
    class Decoder extends TextDecoder5 {
      constructor() {
        super();
        made.push('decoder');
      }
    }
    const { io, url } = await harness(load, { parser: { Encoder, Decoder } as never });
    io.on('connection', (socket) => socket.on('echo', (...args) => args.pop()(...args)));
    for (const peer of [await connected(url), await connected(url)]) {
      expect(await ask(peer, 'echo', 'ü', Buffer.of(1))).toEqual(['ü', Buffer.of(1)]);
    }
    expect(typeof io.encoder.encode).toBe('function');
    expect(made).toContain('encoder');
    expect(made.filter((what) => what === 'decoder')).toHaveLength(2);
  });

  it('connectTimeout does not affect clients that have joined a namespace', async () => {
    const { io, url } = await harness(load, { connectTimeout: 500 });
    const { socket, peer } = await pair(io, url);
    const other = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await next(other, 'close');
    await settled(socket, peer);
  });

  it('upgradeTimeout ends an upgrade that is not completed', async () => {
    const { io, url } = await harness(load, { upgradeTimeout: 10 });
    const arrival = next(io.engine, 'connection');
    const { open } = await opening(polling(url));
    const [conn] = await arrival;
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket&sid=${open.sid}`);
    await next(ws, 'open');
    await next(ws, 'close');
    expect([conn.readyState, conn.upgraded, conn.transport.name]).toEqual(['open', false, 'polling']);
  });

  it('maxHttpBufferSize is sent to clients, also of 2.x, and closes WebSockets with 1009', async () => {
    const { url } = await harness(load, { maxHttpBufferSize: 100, allowEIO3: true });
    expect((await opening(polling(url))).open.maxPayload).toBe(100);
    expect((await opening(`${url}/socket.io/?EIO=3&transport=polling`)).open.maxPayload).toBe(100);
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await next(ws, 'open');
    ws.send(`4${'x'.repeat(200)}`);
    expect((await next(ws, 'close'))[0]).toBe(1009);
  });

  it('allowRequest may refuse without a message', async () => {
    const { url } = await harness(load, { allowRequest: (_req, answer) => answer(null, false) });
    const response = await fetch(polling(url));
    expect([response.status, await response.json()]).toEqual([403, { code: 4, message: 'Forbidden' }]);
  });

  it('transports without websocket or polling leaves only the other', async () => {
    const texts = await harness(load, { transports: ['polling'] });
    const ws = new WebSocket(`${texts.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    ws.on('error', () => {});
    const [, response] = await next(ws, 'unexpected-response');
    expect(response.statusCode).toBe(400);
    response.destroy();
    await connected(texts.url, { transports: ['polling'] });
    const sockets = await harness(load, { transports: ['websocket'] });
    const refused = await fetch(polling(sockets.url));
    expect([refused.status, await refused.json()]).toEqual([400, { code: 0, message: 'Transport unknown' }]);
    await connected(sockets.url);
  });

  it('httpCompression: true compresses every answer for a client that accepts it', async () => {
    const { url } = await harness(load, { httpCompression: true } as never);
    const { open } = await opening(polling(url));
    const at = polling(url, `&sid=${open.sid}`);
    await fetch(at, { method: 'POST', body: '40' });
    const short = await fetch(at, { headers: { 'accept-encoding': 'deflate' } });
    expect(short.headers.get('content-encoding')).toBe('deflate');
    expect(await short.text()).toMatch(/^40/);
    const { response } = await opening(polling(url), { headers: { 'accept-encoding': 'identity' } });
    expect(response.headers.get('content-encoding')).toBeNull();
  });

  it('cors is off by default, and no answer has its headers', async () => {
    const { url } = await harness(load);
    for (const at of [polling(url), `${url}/socket.io/socket.io.js`]) {
      const { headers } = await fetch(at);
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('cors marks the handshake of a page of another origin', async () => {
    const origin = 'https://example.com';
    const { io, url } = await harness(load, { cors: { origin } });
    const { socket } = await pair(io, url, { extraHeaders: { origin } });
    expect(socket.handshake.xdomain).toBe(true);
  });

  it('allowEIO3 takes a client that names no protocol version for a client 2.x', async () => {
    for (const [allowEIO3, statuses] of [
      [true, [200, 200]],
      [false, [400, 400]],
    ] as const) {
      const { url } = await harness(load, { allowEIO3 });
      const asked = ['?transport=polling', '?EIO=3&transport=polling'].map((query) =>
        fetch(`${url}/socket.io/${query}`),
      );
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(statuses);
    }
  });

  it('connectionStateRecovery gives clients a session id for recovery, and without it none is given', async () => {
    for (const [options, ticket] of [
      [{}, undefined],
      [{ connectionStateRecovery: {} }, expect.any(String)],
    ] as const) {
      const { url } = await harness(load, options);
      const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
      await next(ws, 'message');
      ws.send('40');
      const [answer] = await next(ws, 'message');
      expect(JSON.parse(String(answer).slice(2)).pid).toEqual(ticket);
      ws.close();
    }
  });

  it('cleanupEmptyChildNamespaces closes the adapter of the removed child', async () => {
    const { Adapter } = await import('socket.io-adapter');
    const closed: string[] = [];
    class Mine extends Adapter {
      override close() {
        closed.push((this.nsp as { name: string }).name);
      }
    }
    const { io, url } = await harness(load, { cleanupEmptyChildNamespaces: true, adapter: Mine });
    io.of(/^\/r/);
    const peer = await connected(`${url}/r1`);
    const gone = next([...io.of('/r1').sockets.values()][0] as object, 'disconnect');
    peer.disconnect();
    await gone;
    expect(closed).toEqual(['/r1']);
  });
});

onBoth('a server’s settings', (load) => {
  it('start a new adapter without closing the old one', async () => {
    const { Server } = await load();
    const { Adapter } = await import('socket.io-adapter');
    const told: string[] = [];
    const noting = (name: string) =>
      class extends Adapter {
        override init() {
          told.push(`${name} begins`);
        }
        override close() {
          told.push(`${name} ends`);
        }
      };
    const io = new Server({ adapter: noting('first') });
    io.adapter(noting('second'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(['first begins', 'second begins']);
  });

  it('have the names that tools read', async () => {
    const { Server } = await load();
    const io = new Server(createServer(), { connectTimeout: 5, pingTimeout: 7 }) as any;
    expect([io.opts.pingTimeout, io._nsps.get('/')]).toEqual([7, io.sockets]);
  });

  it('return a new operator each time', async () => {
    const { Server, Namespace } = await load();
    const io = new Server() as any;
    for (const make of [
      () => io.volatile,
      () => io.local,
      () => io.to('a'),
      () => io.in('a'),
      () => io.except('a'),
      () => io.compress(true),
      () => io.timeout(1),
    ]) {
      expect(make()).not.toBe(make());
      expect(make()).not.toBeInstanceOf(Namespace);
    }
  });
});

onBoth('of()', (load) => {
  it('does not ask a parent’s function about a name that the application uses itself', async () => {
    const { Server } = await load();
    const io = new Server();
    let asked = 0;
    io.of((_name, _auth, answer) => {
      asked += 1;
      answer(null, true);
    });
    const listener = () => {};
    expect(io.of('/own', listener).listeners('connect')).toEqual([listener]);
    expect(asked).toBe(0);
  });
});

onBoth('words to other servers', (load) => {
  it('get no answer if there are no other servers', async () => {
    const { Server } = await load();
    const io = new Server();
    let answers = 0;
    expect(io.serverSideEmit('ask', () => answers++)).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(answers).toBe(0);
  });

  it('report the answers so far when the adapter says that some are missing', async () => {
    const { Server } = await load();
    const { Adapter } = await import('socket.io-adapter');
    class Late extends Adapter {
      override serverSideEmit(packet: any[]) {
        packet.at(-1)(new Error('only 1 of 2'), [7]);
      }
    }
    const io = new Server({ adapter: Late });
    await expect(io.serverSideEmitWithAck('ask')).rejects.toMatchObject({ message: 'only 1 of 2', responses: [7] });
    const answered = await new Promise<unknown[]>((resolve) => {
      io.serverSideEmit('ask', (...args: unknown[]) => resolve(args));
    });
    expect(answered).toEqual([expect.objectContaining({ message: 'only 1 of 2' }), [7]]);
  });
});

onBoth('the listeners of a server', (load) => {
  it('are added, found and removed in all of Node’s ways', async () => {
    const { Server } = await load();
    const io = new Server();
    const heard: string[] = [];
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => () => void heard.push(name)) as [
      () => void,
      ...(() => void)[],
    ] as any;
    io.addListener('told', a).prependOnceListener('told', b).once('told', c).prependListener('told', d);
    expect([io.listenerCount('told'), io.listeners('told')]).toEqual([4, [d, b, a, c]]);
    io.of('/')._onServerSideEmit(['told']);
    io.of('/')._onServerSideEmit(['told']);
    expect(heard).toEqual(['d', 'b', 'a', 'c', 'd', 'a']);
    io.removeListener('told', a).off('told', d);
    expect(io.eventNames()).toEqual([]);
    io.on('told', a).removeAllListeners('told');
    expect(io.listeners('told')).toEqual([]);
  });
});

onBoth('client files', (load) => {
  it.each([
    ['gzip, br', 'gzip'],
    ['deflate, gzip', 'deflate'],
    ['br;q=0.1, gzip;q=0.5', 'gzip'],
    ['identity', null],
  ])('are compressed as the client likes it best: %s', async (accepted, coding) => {
    const { url } = await harness(load);
    const response = await fetch(`${url}/socket.io/socket.io.js`, { headers: { 'accept-encoding': accepted } });
    expect(response.headers.get('content-encoding')).toBe(coding);
    expect(await response.text()).toContain('Socket.IO');
  });

  it('have the version as their ETag, and no other names', async () => {
    const { url } = await harness(load);
    const { headers } = await fetch(`${url}/socket.io/socket.io.min.js`);
    expect(headers.get('etag')).toMatch(/^"4\.\d+\.\d+"$/);
    for (const name of ['socket.io.max.js', 'xsocket.io.js', 'socket.io.js.bak']) {
      expect((await fetch(`${url}/socket.io/${name}`)).status).toBeGreaterThanOrEqual(400);
    }
  });
});

onBoth('an HTTP server that closes', (load) => {
  it('is served again when it listens again', async () => {
    const { Server } = await load();
    const http = createServer();
    const { io, url } = await listening(new Server(http), http);
    const { peer } = await pair(io, url);
    const closed = next(http, 'close');
    http.close();
    peer.disconnect();
    http.closeIdleConnections();
    await closed;
    await listen(http);
    await connected(addressOf(http).url);
  });

  it('survives an upgrade that breaks off, without harm to other clients', async () => {
    const { io, port, url } = await harness(load);
    const half = connect(port, '127.0.0.1');
    half.write('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n');
    half.destroy();
    const heard = record(io, 'connection');
    await next(client(url), 'connect');
    expect(heard).toHaveLength(1);
  });
});
