import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from '@sio/core';
import { connect, fetchAnswer, startServer, type Version } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';

type Asked = IncomingMessage & { _query?: Record<string, string> };

const QUERIES: Readonly<Record<string, string>> = {
  '4.8.4': '/socket.io/?EIO=4&transport=polling&token=a%20b&token=c',
  '2.5.0': '/socket.io/?EIO=3&transport=polling&token=a%20b&token=c',
  '0.9.17': '/socket.io/1/?token=a%20b&token=c',
};

describe.each(Object.entries(QUERIES))(
  'req._query, which engine.io sets, is there for handshakes of %s',
  (version, target) => {
    test.each<[string, (io: Server, seen: (req: IncomingMessage) => void) => void]>([
      [
        'a middleware of the engine',
        (io, seen) =>
          io.engine.use((req, _res, next) => {
            seen(req);
            next();
          }),
      ],
      [
        'generateId',
        (io, seen) => {
          const usual = io.engine.generateId;
          io.engine.generateId = (req) => {
            seen(req);
            return usual(req);
          };
        },
      ],
    ])('%s', async (_where, look) => {
      const { io, url } = await startServer();
      const queries: unknown[] = [];
      look(io, (req: Asked) => queries.push(req._query));
      await fetchAnswer(url + target);
      expect(queries).toEqual([expect.objectContaining({ token: 'c' })]);
      expect(Object.hasOwn(queries[0] as object, 'hasOwnProperty')).toBe(false);
    });

    test('allowRequest', async () => {
      const queries: unknown[] = [];
      const { url } = await startServer({
        allowRequest(req: Asked, answer) {
          queries.push(req._query);
          answer(null, req._query?.token === 'c' && req._query.sid === undefined);
        },
      });
      expect((await fetchAnswer(url + target)).status).toBe(200);
      expect(queries).toHaveLength(1);
    });

    test('socket.request', async () => {
      const { io, url } = await startServer();
      const seen = new Promise<unknown>((resolve) => {
        io.on('connection', (socket: Socket) => resolve((socket.request as Asked)._query?.token));
      });
      connect(version as Version, url, { query: { token: 'c' }, transports: ['websocket'] });
      expect(await seen).toBe('c');
    });
  },
);

test('a handshake is JSON and lets clients in with maxHttpBufferSize: Infinity', async () => {
  const { url } = await startServer({ maxHttpBufferSize: Number.POSITIVE_INFINITY });
  const { body } = await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`);
  expect(JSON.parse(body.slice(1))).toMatchObject({ maxPayload: Number.MAX_SAFE_INTEGER });
  for (const version of ['4.8.4', '3.1.3', '2.5.0', '0.9.17'] as const) {
    await connect(version, url, { transports: ['websocket'] }).next('connect');
  }
});

test('a draining server sends a number of seconds with retryAfter: Infinity', async () => {
  const { io, url } = await startServer();
  const drained = io.drain({ retryAfter: Number.POSITIVE_INFINITY, deadline: 60_000, jitter: 0 });
  const held = connect('4.8.4', url, { transports: ['websocket'] });
  const { headers } = await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`);
  expect(headers['retry-after']).toMatch(/^\d+$/);
  held.disconnect();
  await drained;
});

test('a cookie accepts its maxAge as text, as in the environment', async () => {
  const { url } = await startServer({ cookie: { maxAge: '100' as never } });
  const { headers } = await fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling`);
  expect(headers['set-cookie']).toEqual([expect.stringContaining('Max-Age=100')]);
});

test('names of socket.io 2 are copies, and the logger is told once what to read instead', async () => {
  const warnings: unknown[] = [];
  const none = () => {};
  const logger = { error: none, warn: (what: unknown) => void warnings.push(what), info: none, debug: none };
  const { io, url } = await startServer({ logger });
  const arrived = new Promise<Socket>((resolve) => void io.on('connection', resolve));
  connect('2.5.0', url, 'websocket');
  const socket = await arrived;
  const old = io as unknown as { sockets: { connected: Record<string, Socket> }; nsps: Record<string, unknown> };
  expect(old.sockets.connected[socket.id]).toBe(socket);
  expect(Object.keys(old.sockets.connected)).toEqual([socket.id]);
  expect(old.nsps['/']).toBe(io.sockets);
  expect(warnings).toEqual([
    'connected is a member of an older Socket.IO and a copy at each look: read sockets, a Map instead',
    'nsps is a member of an older Socket.IO and a copy at each look: read _nsps, a Map instead',
  ]);
});
