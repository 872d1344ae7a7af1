import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { addressOf, connected, harness, listening, next, pair } from './support/harness.js';
import { type Library, libraries } from './support/libraries.js';
import { SessionPair } from './support/webtransport.js';

const [theirs, ours] = libraries.map(([, load]) => load) as [() => Promise<Library>, () => Promise<Library>];

describe('the engine', () => {
  it('attaches to another HTTP server at its own path', async () => {
    for (const [load, path] of [
      [theirs, '/engine'],
      [ours, '/socket.io'],
    ] as const) {
      const { io } = await harness(load);
      const other = createServer();
      (io.engine as any).attach(other, { path: '/engine' });
      await next(other.listen(0, '127.0.0.1'), 'listening');
      await connected(addressOf(other).url, { path });
      other.close();
      other.closeAllConnections();
    }
  });

  it('documents its error codes instead of having them on its class', async () => {
    for (const [load, code] of [
      [theirs, 4],
      [ours, undefined],
    ] as const) {
      const { io } = await harness(load);
      expect((io.engine.constructor as any).errors?.FORBIDDEN).toBe(code);
    }
  });

  it('reads the address of a request, whatever members application code has added to it', async () => {
    for (const [load, status] of [
      [theirs, 400],
      [ours, 200],
    ] as const) {
      const { http, url } = await harness(load);
      http.prependListener('request', (req) => Object.assign(req, { _query: { transport: 'tobi', EIO: '4' } }));
      expect((await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).status).toBe(status);
    }
  });

  it('lets a middleware answer an upgrade like any request', async () => {
    for (const [load, outcome] of [
      [theirs, 'socket hang up'],
      [ours, 'Unexpected server response: 401'],
    ] as const) {
      const { io, url } = await harness(load);
      io.engine.use((_req: IncomingMessage, res: ServerResponse) => {
        res.writeHead(401);
        res.end();
      });
      const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
      expect((await next(ws, 'error'))[0].message).toBe(outcome);
    }
  });

  it('answers polls past a middleware’s replacement of res.end', async () => {
    for (const [load, expected] of [
      [theirs, ['handshake', 'POST', 'poll', 'poll']],
      [ours, ['handshake']],
    ] as const) {
      const { io, url } = await harness(load);
      const ended: string[] = [];
      io.engine.use((req: IncomingMessage, res: ServerResponse, pass: () => void) => {
        const { end } = res;
        const kind = req.method === 'POST' ? 'POST' : req.url?.includes('sid=') ? 'poll' : 'handshake';
        res.end = ((...args: Parameters<typeof end>) => {
          ended.push(kind);
          return end.apply(res, args);
        }) as typeof end;
        pass();
      });
      const greeted = next(io, 'connection');
      const address = `${url}/socket.io/?EIO=4&transport=polling`;
      const { sid } = JSON.parse((await (await fetch(address)).text()).slice(1));
      await fetch(`${address}&sid=${sid}`, { method: 'POST', body: '40' });
      const [socket] = await greeted;
      expect(await (await fetch(`${address}&sid=${sid}`)).text()).toMatch(/^40/);
      const poll = fetch(`${address}&sid=${sid}`);
      socket.emit('hello');
      expect(await (await poll).text()).toBe('42["hello"]');
      expect(ended).toEqual(expected);
    }
  });

  it('accepts WebTransport sessions when only cors is set', async () => {
    for (const [load, closed] of [
      [theirs, true],
      [ours, false],
    ] as const) {
      const transports = ['polling', 'websocket', 'webtransport'] as never;
      const { io } = await harness(load, { transports, cors: { origin: 'https://example.com' } });
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

  it('reports the end of a connection at once, also between two polls', async () => {
    for (const [load, state] of [
      [theirs, 'closing'],
      [ours, 'closed'],
    ] as const) {
      const { io, url } = await harness(load);
      const arrival = next(io.engine, 'connection');
      await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text();
      const [conn] = await arrival;
      conn.close();
      expect(conn.readyState).toBe(state);
    }
  });

  it('reports the code with which a WebSocket was closed', async () => {
    for (const [load, description] of [
      [theirs, undefined],
      [ours, { code: 1005 }],
    ] as const) {
      const { io, url } = await harness(load);
      const { socket, peer } = await pair(io, url);
      const gone = next(socket, 'disconnect');
      peer.io.engine.close();
      expect(await gone).toEqual(expect.arrayContaining(['transport close']));
      expect((await gone)[1]).toEqual(description);
    }
  });

  it('treats an Origin that could break a header as a foreign one, unless every origin is allowed', async () => {
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

  it('answers JSONP with the content type of a script', async () => {
    for (const [load, type] of [
      [theirs, 'text/plain; charset=UTF-8'],
      [ours, 'text/javascript; charset=UTF-8'],
    ] as const) {
      const { url } = await harness(load);
      const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling&j=0`);
      expect(answer.headers.get('content-type')).toBe(type);
    }
  });

  it('answers a poll whose callback is not a number as a plain poll', async () => {
    for (const [load, beginning] of [
      [theirs, '___eio[]("0{'],
      [ours, '0{'],
    ] as const) {
      const { url } = await harness(load);
      const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling&j=abc`);
      expect((await answer.text()).slice(0, beginning.length)).toBe(beginning);
    }
  });

  it('serves client files only where serveClient is on', async () => {
    for (const [load, status] of [
      [theirs, 200],
      [ours, 404],
    ] as const) {
      const { url } = await harness(load);
      const file = `${url}/socket.io/socket.io.js`;
      const methods = ['GET', 'HEAD', 'POST'].map(async (method) => {
        const answer = await fetch(file, { method });
        await answer.text();
        return answer.status;
      });
      expect(await Promise.all(methods)).toEqual([200, 200, status]);
    }
  });

  it('reports why a middleware of the engine has failed', async () => {
    const error = new Error('no');
    for (const [load, context] of [
      [theirs, { name: 'MIDDLEWARE_FAILURE' }],
      [ours, { name: 'MIDDLEWARE_FAILURE', error }],
    ] as const) {
      const { io, url } = await harness(load);
      io.engine.use((_req: IncomingMessage, _res: ServerResponse, go: (reason: Error) => void) => go(error));
      const told = next(io.engine, 'connection_error');
      expect((await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).status).toBe(400);
      expect((await told)[0].context).toEqual(context);
    }
  });

  it('reports the type and the data of a packet', async () => {
    for (const [load, members] of [
      [theirs, ['type', 'data', 'options']],
      [ours, ['type', 'data']],
    ] as const) {
      const { io, url } = await harness(load);
      const { socket } = await pair(io, url);
      const told = next(socket.conn, 'packetCreate');
      socket.compress(false).emit('a');
      expect(new Set(Object.keys((await told)[0]))).toEqual(new Set(members));
    }
  });
});
