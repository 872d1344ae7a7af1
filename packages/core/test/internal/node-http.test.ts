import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { certificate, listenOnPort, RawTcpClient, upgradeLines } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  acceptAgain,
  dropListenerTable,
  hasUnfinishedResponse,
  listenerCountOf,
  onEndOf,
  responseFor,
  sealResponse,
  serverOf,
  showClosed,
  turnIntoUpgrade,
  unusedConnections,
  wakeHttp2,
} from '../../src/internal/node-internals.js';

/** A server that hands its upgrades over, and the first of them. */
async function firstUpgrade(): Promise<{ req: IncomingMessage; socket: Socket; client: RawTcpClient }> {
  const server = http.createServer();
  const client = new RawTcpClient(await listenOnPort(server)).send(...upgradeLines('/'));
  const [req, socket] = (await once(server, 'upgrade')) as [IncomingMessage, Socket];
  return { req, socket, client };
}

describe('undocumented behaviour of Node’s HTTP', () => {
  test('a connection has the server that accepted it', async () => {
    const server = http.createServer((req, res) => void res.end(String(serverOf(req.socket) === server)));
    expect(await (await fetch(`http://127.0.0.1:${await listenOnPort(server)}`)).text()).toBe('true');
  });

  test('an upgraded connection has one listener of its end, Node’s own, which sio can replace', async () => {
    const { socket, client } = await firstUpgrade();
    expect(socket.listenerCount('end')).toBe(1);
    const ended = new Promise<void>((resolve) => onEndOf(socket, () => resolve()));
    expect(socket.listenerCount('end')).toBe(1);
    socket.resume();
    client.socket.end();
    await ended;
    expect(socket.writable).toBe(true);
    const own = () => {};
    onEndOf(socket, own);
    expect(socket.listeners('end')).toContain(own);
    expect(socket.listenerCount('end')).toBe(2);
    socket.destroy();
  });

  test('a request without its table of listeners accepts further ones', async () => {
    const { req, socket } = await firstUpgrade();
    dropListenerTable(req);
    const heard: unknown[] = [];
    req.on('told', (value) => heard.push(value));
    req.emit('told', 1);
    expect(heard).toEqual([1]);
    expect(listenerCountOf(req)).toBe(1);
    socket.destroy();
  });

  test('a TLS connection has the server that accepted it', async () => {
    const server = https.createServer(
      { ...certificate() },
      (req, res) => void res.end(String(serverOf(req.socket) === server)),
    );
    const port = await listenOnPort(server);
    const request = https.get({ port, host: '127.0.0.1', rejectUnauthorized: false, agent: false });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    expect(String((await answer.toArray())[0])).toBe('true');
  });

  test('a connection shows that an earlier response is unfinished, and a further one cannot be attached', async () => {
    const held: ServerResponse[] = [];
    const server = http.createServer((_req, res) => held.push(res));
    const client = new RawTcpClient(await listenOnPort(server));
    const upgraded = once(server, 'upgrade') as Promise<[IncomingMessage, Socket]>;
    client.send('GET / HTTP/1.1', 'Host: localhost');
    await once(server, 'request');
    client.send(...upgradeLines('/'));
    const [req, socket] = await upgraded;
    expect(hasUnfinishedResponse(socket)).toBe(true);
    expect(() => responseFor(req, socket)).toThrow(expect.objectContaining({ code: 'ERR_HTTP_SOCKET_ASSIGNED' }));
    socket.destroy();
  });

  test('a response made by sio answers an upgrade, and closes the connection', async () => {
    const { req, socket, client } = await firstUpgrade();
    expect(hasUnfinishedResponse(socket)).toBe(false);
    const res = responseFor(req, socket);
    expect(hasUnfinishedResponse(socket)).toBe(true);
    const finished = once(res, 'finish');
    res.writeHead(403).end('no');
    await finished;
    socket.destroySoon();
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 403 .*\r\nConnection: close\r\n.*no/s);
  });

  test('a sealed response leaves its socket alone and looks like one that has been sent', async () => {
    const { req, socket } = await firstUpgrade();
    const res = responseFor(req, socket);
    sealResponse(res);
    expect(hasUnfinishedResponse(socket)).toBe(false);
    expect(res.socket).toBeNull();
    expect(res).toMatchObject({ finished: true, headersSent: true, writableFinished: true });
    showClosed(res);
    expect(res).toMatchObject({ destroyed: true, closed: true });
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  test('a request that is turned into an upgrade as it is emitted comes as one, with its socket freed of the parser', async () => {
    const server = http.createServer();
    const emit = server.emit;
    server.emit = function (this: http.Server, event: string, ...args: unknown[]) {
      const [req, res] = args as [IncomingMessage, ServerResponse];
      if (event === 'request' && !('upgrade' in req && req.upgrade) && req.headers.upgrade !== undefined) {
        server.on('upgrade', (_req, socket: Socket, head: Buffer) => socket.end(`upgraded ${head}`));
        return turnIntoUpgrade(req, res);
      }
      return Reflect.apply(emit, server, [event, ...args]);
    } as typeof emit;
    const client = new RawTcpClient(await listenOnPort(server));
    client.socket.write(`${upgradeLines('/').join('\r\n')}\r\n\r\nearly`);
    expect(await client.closed()).toBe('upgraded early');
  });

  test.each([
    ['HTTP', http.createServer()],
    ['HTTPS', https.createServer({ ...certificate() })],
    ['HTTP/2 beside HTTP/1', http2.createSecureServer({ ...certificate(), allowHTTP1: true })],
  ])('a server of %s names its connections without a byte', async (name, server) => {
    const secure = name !== 'HTTP';
    const port = await listenOnPort(server as http.Server);
    const open = async () => {
      const accepted = once(server, secure ? 'secureConnection' : 'connection');
      const socket = secure ? connectTls({ port, rejectUnauthorized: false }) : connectTcp({ port });
      const [[connection]] = await Promise.all([accepted, once(socket, secure ? 'secureConnect' : 'connect')]);
      return { socket, connection: connection as Socket };
    };
    const [unused, begun] = [await open(), await open()];
    begun.socket.write('GET / HT');
    while (begun.connection.bytesRead === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(unusedConnections(server)).toEqual([unused.connection]);
    for (const { socket } of [unused, begun]) socket.destroy();
  });

  test('an HTTP/2 server makes requests of its streams once something has listened for one', async () => {
    const server = http2.createSecureServer(certificate());
    wakeHttp2(server as unknown as http.Server);
    const seen: string[] = [];
    const { emit } = server;
    server.emit = ((event: string, ...args: unknown[]) => {
      seen.push(event);
      if (event === 'request') (args[1] as http2.Http2ServerResponse).end('answered');
      return Reflect.apply(emit, server, [event, ...args]);
    }) as typeof emit;
    const session = http2.connect(`https://127.0.0.1:${await listenOnPort(server)}`, { rejectUnauthorized: false });
    onTestFinished(() => session.destroy());
    const stream = session.request({ ':path': '/' });
    expect(String((await stream.toArray())[0])).toBe('answered');
    expect(seen).toContain('request');
  });

  test.each(['http', 'https'] as const)(
    'an %s server reads a connection again that it is given back',
    async (scheme) => {
      const answer: http.RequestListener = (_req, res) => void res.end('read again');
      const server = scheme === 'http' ? http.createServer(answer) : https.createServer({ ...certificate() }, answer);
      server.on('upgrade', (_req, socket: Socket) => {
        socket.unshift(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
        acceptAgain(server, socket);
      });
      const port = await listenOnPort(server);
      const headers = { connection: 'Upgrade', upgrade: 'h2c' };
      const options = { port, host: '127.0.0.1', headers, rejectUnauthorized: false, agent: false as const };
      const request = scheme === 'http' ? http.get(options) : https.get(options);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      expect(String((await response.toArray())[0])).toBe('read again');
    },
  );
});
