import { Echo, neighbourSuite } from '@sio/conformance/suites';
import type { FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { socketio } from '../src/index.js';
import { connected, greeting, listen, majors, RawWebSocket, transports } from './support/kit.js';
import { serveWith } from './support/serve.js';

/** How routes of @fastify/websocket look. */
type WebSocketRoute = (url: string, options: { websocket: true }, handler: (socket: WebSocketLike) => void) => unknown;

interface WebSocketLike {
  send(text: string): void;
  readonly socket?: { send(text: string): void };
}

describe.each(majors)('%s', (_name, major) => {
  const { fastify, load } = major;

  neighbourSuite(serveWith(major));

  describe.each(['', '/api'] as const)('mounted at "%s"', (prefix) => {
    describe.each(transports)('over %s', (_transport, list) => {
      const options = { transports: [...list], path: `${prefix}/socket.io` };

      test.each(['before', 'after'])('shares the app with @fastify/websocket registered %s it', async (order) => {
        const app = fastify();
        const mount = () => app.register(socketio({ '/': Echo }), { prefix });
        if (order === 'after') await mount();
        await app.register(load('websocket'));
        await app.register(async (scope) => {
          (scope.get as unknown as WebSocketRoute)('/other', { websocket: true }, (socket) =>
            (socket.socket ?? socket).send('theirs'),
          );
        });
        if (order === 'before') await mount();
        const url = await listen(app);
        const first = await connected(url, options);
        expect(await greeting(`${url.replace('http', 'ws')}/other`)).toBe('theirs');
        const second = await connected(url, options);
        expect([await first.emitWithAck('echo', 1), await second.emitWithAck('echo', 2)]).toEqual([1, 2]);
        await app.close();
      });

      test.each(['before', 'after'])(
        'works with @fastify/http-proxy registered %s it, with a Socket.IO server behind the proxy',
        async (order) => {
          const far = fastify();
          await far.register(socketio({ '/': Echo }));
          const upstream = await listen(far);
          const app = fastify();
          const addProxy = () => app.register(load('http-proxy'), { upstream, prefix: '/far', websocket: true });
          if (order === 'before') await addProxy();
          await app.register(socketio({ '/': Echo }), { prefix });
          if (order === 'after') await addProxy();
          const url = await listen(app);
          const there = await connected(url, { ...options, path: '/far/socket.io' });
          const here = await connected(url, options);
          expect([await here.emitWithAck('echo', 1), await there.emitWithAck('echo', 2)]).toEqual([1, 2]);
          expect([app.io.engine.clientsCount, far.io.engine.clientsCount]).toEqual([1, 1]);
          there.disconnect();
        },
      );
    });
  });

  test('leaves an upgrade for another path to the plugin that answers it', async () => {
    const app: FastifyInstance = fastify();
    await app.register(load('websocket'));
    await app.register(socketio({ '/': Echo }));
    const url = await listen(app);
    await expect(RawWebSocket.open(`${url}/nowhere`)).rejects.toThrow('404');
  });
});
