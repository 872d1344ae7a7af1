import { once } from 'node:events';
import { Agent, createServer, type Server as HttpServer, request } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server, createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Namespace, Server } from '@sio/core';
import {
  certificate,
  connect,
  FRAMEWORKS,
  listen,
  makeApp,
  RawTcpClient,
  startServer,
  upgradeLines,
} from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const PATIENT = 600_000;

describe('a server that closes', () => {
  it('does not wait long for WebSockets that do not answer', async () => {
    const { io, port } = await startServer();
    const client = new RawTcpClient(port).send(...upgradeLines('/socket.io/?EIO=4&transport=websocket'));
    await client.until('pingInterval');
    await io.close();
    await client.closed();
  });

  it('closes connections that its last answers leave idle', async () => {
    const http = createServer();
    http.keepAliveTimeout = PATIENT;
    const io = new Server(http);
    http.listen(0);
    await once(http, 'listening');
    const agent = new Agent({ keepAlive: true, maxSockets: 2 });
    const get = (query: string) => {
      const { port } = http.address() as { port: number };
      return request({ agent, port, path: `/socket.io/?EIO=4&transport=polling${query}` }).end();
    };
    const opened = once(io.engine, 'connection');
    const [handshake] = await once(get(''), 'response');
    handshake.resume();
    const [conn] = await opened;
    const poll = get(`&sid=${conn.id}`);
    const answered = once(poll, 'response');
    while (!conn.transport.writable) await new Promise((resolve) => setImmediate(resolve));
    const closed = io.close();
    const [answer] = await answered;
    answer.resume();
    expect(answer.statusCode).toBe(200);
    await closed;
  });

  /** A connection to it whose header never ends, however long Node would wait for that. */
  async function halfHeader(http: HttpServer, begun: string) {
    if (!http.listening) await once(http, 'listening');
    http.headersTimeout = 100;
    const accepted = once(http, 'connection');
    const raw = new RawTcpClient((http.address() as AddressInfo).port);
    if (begun !== '') raw.socket.write(begun);
    await accepted;
    return raw;
  }

  it.each(['', 'GET / HTTP/1.1\r\nHost: x\r\nX: y'])(
    'and made its HTTP server waits for %j no longer than Node did for headers',
    async (begun) => {
      const io = new Server(0);
      const raw = await halfHeader(io.httpServer as HttpServer, begun);
      await io.close();
      expect(await raw.closed()).toBe('');
    },
  );

  it('lets requests to your own HTTP server finish, however long they take', async () => {
    const http = createServer((_req, res) => void res.end('there'));
    const yours = new Server(http);
    http.listen(0);
    const raw = await halfHeader(http, 'GET / HTTP/1.1\r\nHost: x\r\n');
    const closed = yours.close();
    const own = new Server(0);
    await halfHeader(own.httpServer as HttpServer, 'GET /');
    await own.close();
    raw.send('Connection: close');
    expect(await raw.closed()).toContain('there');
    await closed;
  });

  it.each(FRAMEWORKS)(
    'does not wait for a connection on which the browser has sent no request, on %s',
    async (framework) => {
      const { io, http, close } = await makeApp(framework, {
        namespaces: { '/': Namespace },
        options: {},
        tls: undefined,
      });
      const url = await listen(http);
      const client = connect('4.8.4', url);
      await client.joined();
      const accepted = once(http, 'connection');
      const unused = new RawTcpClient((http.address() as AddressInfo).port);
      await accepted;
      const closed = once(http, 'close');
      await (close === undefined ? io.close() : close());
      if (http.listening) http.close();
      await closed;
      expect(await unused.closed()).toBe('');
    },
  );

  it.each([
    ['alone', createSecureServer(certificate())],
    ['beside HTTP/1', createSecureServer({ ...certificate(), allowHTTP1: true })],
    ['without TLS', createHttp2Server()],
  ])('does not wait for idle sessions of HTTP/2 %s', async (_, http) => {
    const io = new Server(http as unknown as HttpServer);
    const session = connectHttp2(await listen(http as unknown as HttpServer), { rejectUnauthorized: false });
    await once(session, 'connect');
    const gone = once(session, 'close');
    await io.close();
    await gone;
  });
});
