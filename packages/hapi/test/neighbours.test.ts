import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import h2o2 from '@hapi/h2o2';
import inert from '@hapi/inert';
import nes from '@hapi/nes';
import { Echo, liveBeside, type Neighbour, neighbourSuite } from '@sio/conformance/suites';
import { createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { connected, listen, makeServer, mountEcho, transports } from './support/kit.js';
import { serveApp } from './support/serve.js';

neighbourSuite(serveApp);

// The one that graphql-ws loads: of two it would refuse the other's schemas.
const { GraphQLObjectType, GraphQLSchema, GraphQLString } = createRequire(import.meta.url)(
  'graphql',
) as typeof import('graphql');

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { hello: { type: GraphQLString, resolve: () => 'world' } } }),
});

const graphql: Neighbour = {
  attach(server) {
    const wss = new WebSocketServer({ server, path: '/graphql' });
    const { dispose } = useServer({ schema }, wss);
    onTestFinished(async () => {
      await dispose();
    });
  },
  async use(url) {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const results = client.iterate({ query: '{ hello }' });
    expect(await results.next()).toMatchObject({ value: { data: { hello: 'world' } } });
    await client.dispose();
  },
};

describe.each(transports)('Hapi over %s', (_transport, list) => {
  const options = { transports: [...list] };

  test.each(['before', 'after'] as const)('shares the server with graphql-ws attached %s', async (order) => {
    const server = await serveApp({ namespaces: { '/': Echo }, prefix: '', trusting: false });
    await liveBeside(server, graphql, order, options);
  });

  test.each(['before', 'after'])('shares the server with nes registered %s it', async (order) => {
    const server = makeServer();
    if (order === 'before') await server.register(nes);
    await mountEcho(server);
    if (order === 'after') await server.register(nes);
    server.route({ method: 'GET', path: '/hello', options: { id: 'hello' }, handler: () => 'world' });
    const url = await listen(server);
    const first = await connected(url, options);
    const client = new nes.Client(url.replace('http', 'ws') as `ws://${string}`);
    await client.connect({ reconnect: false });
    expect((await client.request('hello')).payload).toBe('world');
    const second = await connected(url, options);
    expect([await first.emitWithAck('echo', 1), await second.emitWithAck('echo', 2)]).toEqual([1, 2]);
    await client.disconnect();
  });

  test.each(['before', 'after'])('works with the files of @hapi/inert, registered %s it', async (order) => {
    const folder = await mkdtemp(join(tmpdir(), 'sio-files-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    writeFileSync(join(folder, 'index.html'), '<p>page</p>');
    const server = makeServer();
    const addFiles = async () => {
      await server.register(inert);
      server.route({ method: 'GET', path: '/{file*}', handler: { directory: { path: folder } } });
    };
    if (order === 'before') await addFiles();
    await mountEcho(server);
    if (order === 'after') await addFiles();
    const url = await listen(server);
    const socket = await connected(url, options);
    expect(await (await fetch(url)).text()).toBe('<p>page</p>');
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/socket.io/socket.io.js`)).headers.get('content-type')).toContain('javascript');
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
  });

  test.each(['before', 'after'])('works with the proxy of @hapi/h2o2, registered %s it', async (order) => {
    const backend = http.createServer((_req, res) => res.end('far away'));
    const uri = await listen(backend);
    const server = makeServer();
    const addProxy = async () => {
      await server.register(h2o2);
      server.route({ method: '*', path: '/{any*}', handler: { proxy: { uri: `${uri}/{any}`, passThrough: true } } });
    };
    if (order === 'before') await addProxy();
    await mountEcho(server);
    if (order === 'after') await addProxy();
    const url = await listen(server);
    const socket = await connected(url, options);
    expect(await (await fetch(`${url}/anything`)).text()).toBe('far away');
    expect(await socket.emitWithAck('echo', 1)).toBe(1);
  });
});
