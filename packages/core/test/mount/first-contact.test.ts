import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificate, echo, listenOnPort, open, RawTcpClient, upgradeLines } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { MountPoint } from '../../src/mount.js';
import { app, mounted } from './support/app.js';
import { EchoEndpoint } from './support/echo-endpoint.js';

function mountedApp(): { mount: MountPoint; listener: http.RequestListener } {
  const mount = new MountPoint(new EchoEndpoint());
  onTestFinished(() => mount.leave());
  const listener = app(
    (_req, res, next) => {
      const inner = res.writeHead;
      res.writeHead = ((...args: Parameters<typeof inner>) => {
        res.setHeader('Set-Cookie', 'sid=1');
        return inner.apply(res, args);
      }) as typeof inner;
      next();
    },
    mounted(mount, '/api'),
  );
  return { mount, listener };
}

const PATH = '/api/socket.io/?EIO=4&transport=websocket';

describe('a WebSocket that is the very first thing a server hears of', () => {
  test('is served over http, cookies included', async () => {
    const port = await listenOnPort(http.createServer(mountedApp().listener));
    const { ws, head } = await open(`ws://127.0.0.1:${port}${PATH}`);
    expect(head.headers['set-cookie']).toEqual(['sid=1']);
    expect(await echo(ws, 'first')).toBe('first');
  });

  test('is served over https', async () => {
    const port = await listenOnPort(https.createServer(certificate(), mountedApp().listener));
    const { ws, head } = await open(`wss://127.0.0.1:${port}${PATH}`, { rejectUnauthorized: false });
    expect(head.headers['set-cookie']).toEqual(['sid=1']);
    expect(await echo(ws, 'first')).toBe('first');
  });

  test('is served on each of several servers of one app', async () => {
    const { listener } = mountedApp();
    const plain = await listenOnPort(http.createServer(listener));
    const other = await listenOnPort(http.createServer(listener));
    const secure = await listenOnPort(https.createServer(certificate(), listener));
    for (const url of [`ws://127.0.0.1:${plain}`, `ws://127.0.0.1:${other}`, `wss://127.0.0.1:${secure}`]) {
      const { ws } = await open(url + PATH, { rejectUnauthorized: false });
      expect(await echo(ws, url)).toBe(url);
    }
  });

  test('is served on a Unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mount-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const server = http.createServer(mountedApp().listener).listen(join(folder, 's'));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { ws } = await open(`ws+unix://${join(folder, 's')}:${PATH}`);
    expect(await echo(ws, 'first')).toBe('first');
    ws.terminate();
  });

  test('is served although another WebSocket server makes Node pass the app by', async () => {
    const server = http.createServer(mountedApp().listener);
    const others = new WebSocketServer({ server, path: '/other' });
    onTestFinished(() => others.close());
    const port = await listenOnPort(server);
    const { ws } = await open(`ws://127.0.0.1:${port}${PATH}`);
    expect(await echo(ws, 'first')).toBe('first');
  });

  test('is served on a connection that a balancing parent has handed over', async () => {
    const worker = http.createServer(mountedApp().listener);
    const port = await listenOnPort(balancer(worker));
    const { ws, head } = await open(`ws://127.0.0.1:${port}${PATH}`);
    expect(head.headers['set-cookie']).toEqual(['sid=1']);
    expect(await echo(ws, 'first')).toBe('first');
    expect(await echo((await open(`ws://127.0.0.1:${port}${PATH}`)).ws, 'second')).toBe('second');
  });

  test('keeps its early bytes on such a connection, and outlives the server', async () => {
    const worker = http.createServer(mountedApp().listener);
    const sockets: net.Socket[] = [];
    worker.on('connection', (socket) => sockets.push(socket));
    const port = await listenOnPort(balancer(worker));
    const client = new RawTcpClient(port);
    client.socket.write(Buffer.concat([Buffer.from(`${upgradeLines(PATH).join('\r\n')}\r\n\r\n`), HELLO]));
    await client.until('hello');
    expect(client.text).toContain('101 Switching Protocols');
    worker.closeAllConnections();
    worker.close();
    client.text = '';
    client.socket.write(HELLO);
    await client.until('hello');
    expect(sockets[0]!.timeout ?? 0).toBe(0);
  });

  test('is left to Node if it is pipelined behind an unanswered request', async () => {
    const worker = http.createServer(mountedApp().listener);
    let answer: (() => void) | undefined;
    worker.removeAllListeners('request').on('request', (req, res) => {
      if (req.url === '/slow') answer = () => res.end('slow answer');
      else res.end('plain answer');
    });
    const port = await listenOnPort(balancer(worker));
    const client = new RawTcpClient(port);
    client.send('GET /slow HTTP/1.1', 'Host: localhost').send(...upgradeLines(PATH));
    await expect.poll(() => answer).toBeDefined();
    answer!();
    await client.until('plain answer');
  });
});

/** Hands its connections to a server that never sees them arrive. */
function balancer(worker: http.Server): net.Server {
  return net.createServer({ pauseOnConnect: true }, (socket) => {
    setImmediate(() => {
      worker.emit('connection', socket);
      socket.resume();
    });
  });
}

describe('a mount that looks for its server', () => {
  const watched = () => [
    channel('net.server.socket').hasSubscribers,
    channel('http.server.request.start').hasSubscribers,
  ];

  test('listens to Node only as long as it needs to', async () => {
    expect(watched()).toEqual([false, false]);
    const attached = new MountPoint(new EchoEndpoint());
    const left = new MountPoint(new EchoEndpoint());
    expect(watched()).toEqual([true, true]);
    attached.attach(http.createServer());
    expect(watched()).toEqual([true, true]);
    left.leave();
    expect(watched()).toEqual([false, false]);
    attached.leave();
  });

  test('leaves a server as it found it', async () => {
    const { mount, listener } = mountedApp();
    const server = http.createServer(listener);
    const port = await listenOnPort(server);
    await open(`ws://127.0.0.1:${port}${PATH}`);
    expect(Object.hasOwn(server, 'emit')).toBe(true);
    mount.leave();
    expect(Object.hasOwn(server, 'emit')).toBe(false);
    expect(server.listenerCount('upgrade')).toBe(0);
  });

  test('finds the next server after the first was closed', async () => {
    const { listener } = mountedApp();
    for (let round = 0; round < 2; round++) {
      const server = http.createServer(listener);
      const port = await listenOnPort(server);
      const { ws } = await open(`ws://127.0.0.1:${port}${PATH}`);
      expect(await echo(ws, 'x')).toBe('x');
      ws.terminate();
      server.close();
      await once(server, 'close');
      expect(Object.hasOwn(server, 'emit')).toBe(false);
    }
  });

  test('serves websocket-only clients of a server that it was attached to', async () => {
    const { mount, listener } = mountedApp();
    const server = http.createServer(listener);
    mount.attach(server);
    const port = await listenOnPort(server);
    expect(await echo((await open(`ws://127.0.0.1:${port}${PATH}`)).ws, 'x')).toBe('x');
  });

  test('does not break an emit that other code has replaced', async () => {
    const { mount, listener } = mountedApp();
    const server = http.createServer(listener);
    mount.attach(server);
    const ours = server.emit;
    server.emit = function (this: http.Server, ...args: Parameters<typeof ours>) {
      return ours.apply(this, args);
    } as typeof ours;
    const port = await listenOnPort(server);
    mount.leave();
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('nothing here');
    mount.attach(server);
    expect(await echo((await open(`ws://127.0.0.1:${port}${PATH}`)).ws, 'x')).toBe('x');
    mount.leave();
  });
});

/** A masked text frame saying hello, under the mask 0. */
const HELLO = Buffer.from([0x81, 0x85, 0, 0, 0, 0, 0x68, 0x65, 0x6c, 0x6c, 0x6f]);
