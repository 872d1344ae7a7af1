import { once } from 'node:events';
import { request, type Server } from 'node:http';
import { echo, open, RawTcpClient, refusal, serve, upgradeLines } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { attachToServer, MountPoint } from '../../src/mount.js';
import { type Middleware, serveEcho } from './support/app.js';
import { EchoEndpoint } from './support/echo-endpoint.js';

async function mountBehind(prefix = '', ...middlewares: Middleware[]) {
  const requests: string[] = [];
  const log: Middleware = (req, _res, next) => {
    requests.push(req.url!);
    next();
  };
  return { ...(await serveEcho({ prefix, middlewares: [log, ...middlewares] })), requests };
}

/** Another WebSocket library on the same server, which greets. */
function neighbour(server: Server, path?: string): WebSocketServer {
  const others = new WebSocketServer(path === undefined ? { server } : { server, path });
  others.on('connection', (ws) => ws.on('message', () => ws.send('neighbour')));
  onTestFinished(() => others.close());
  return others;
}

describe('other WebSocket servers on the same HTTP server', () => {
  test('keep their clients, and sio keeps its own, if they were there before the first connection', async () => {
    const { server, base } = await mountBehind();
    neighbour(server, '/other');
    const ours = await open(`${base}/socket.io/`);
    const theirs = await open(`${base}/other`);
    expect(await echo(ours.ws, 'mine')).toBe('mine');
    expect(await echo(theirs.ws, 'x')).toBe('neighbour');
  });

  test('keep their clients if they are added later', async () => {
    const { server, base } = await mountBehind();
    const ours = await open(`${base}/socket.io/`);
    neighbour(server, '/other');
    const again = await open(`${base}/socket.io/`);
    const theirs = await open(`${base}/other`);
    expect(await echo(ours.ws, 'mine')).toBe('mine');
    expect(await echo(again.ws, 'mine too')).toBe('mine too');
    expect(await echo(theirs.ws, 'x')).toBe('neighbour');
  });

  test('do not get upgrades on sio’s paths even if they take every path', async () => {
    const { server, base } = await mountBehind();
    neighbour(server);
    expect(await echo((await open(`${base}/socket.io/`)).ws, 'mine')).toBe('mine');
    expect(await echo((await open(`${base}/elsewhere`)).ws, 'x')).toBe('neighbour');
  });

  test('do not get upgrades of a mount below a prefix that is not known yet', async () => {
    const { server, base, requests } = await mountBehind('/api/v1');
    neighbour(server);
    expect(await echo((await open(`${base}/api/v1/socket.io/`)).ws, 'mine')).toBe('mine');
    expect(requests).toEqual(['/api/v1/socket.io/']);
  });

  test('get the untouched socket, including early bytes, if an attempt has not reached the mount', async () => {
    const { server, port, requests } = await mountBehind('/api');
    server.on('upgrade', (_req, socket, head: Buffer) => socket.end(`theirs ${head}`));
    const lines = upgradeLines('/legacy/socket.io/');
    const first = new RawTcpClient(port);
    first.socket.write(`${lines.join('\r\n')}\r\n\r\nearly`);
    expect(await first.closed()).toBe('theirs early');
    const second = new RawTcpClient(port).send(...lines);
    expect(await second.closed()).toBe('theirs ');
    // Tried each time: a guard that turned the first client away may let the second one in.
    expect(requests).toEqual(['/legacy/socket.io/', '/legacy/socket.io/']);
  });

  test('get what a middleware has begun to answer, and it does not notice', async () => {
    const events: string[] = [];
    const streams: Middleware = (_req, res) => {
      res.on('finish', () => events.push('finish')).on('close', () => events.push('close'));
      res.write('part one');
      res.end('part two');
    };
    const { server, base } = await mountBehind('/api', streams);
    neighbour(server);
    const { ws } = await open(`${base}/legacy/socket.io/`);
    expect(await echo(ws, 'x')).toBe('neighbour');
    expect(events).toEqual(['finish', 'close']);
  });

  test('are tried again after a guard has refused, as the mount may be behind it', async () => {
    const guard: Middleware = (req, res, next) => {
      if (req.headers.authorization === undefined) res.writeHead(401).end();
      else next();
    };
    const { server, base } = await mountBehind('/api', guard);
    neighbour(server, '/other');
    expect((await refusal(`${base}/api/socket.io/`)).status).toBe(400);
    const { ws } = await open(`${base}/api/socket.io/`, { headers: { authorization: 'x' } });
    expect(await echo(ws, 'mine')).toBe('mine');
    expect((await refusal(`${base}/api/socket.io/`)).status, 'now the prefix is known').toBe(401);
  });

  test('get upgrades that the endpoint declines', async () => {
    const { server, base } = await mountBehind();
    neighbour(server);
    await open(`${base}/socket.io/`);
    expect(await echo((await open(`${base}/socket.io/stranger`)).ws, 'x')).toBe('mine'.replace('mine', 'x'));
  });

  test('are found by a mount whose prefix was learned from an ordinary request', async () => {
    const { server, port, base, requests } = await mountBehind('/api');
    neighbour(server);
    await fetch(`http://127.0.0.1:${port}/api/socket.io/?EIO=4`);
    const { ws } = await open(`${base}/api/socket.io/`);
    expect(await echo(ws, 'mine')).toBe('mine');
    expect(requests).toHaveLength(2);
  });

  test('do not get a path that a middleware rewrites to the endpoint’s', async () => {
    const rewrite: Middleware = (req, _res, next) => {
      req.url = req.url!.replace('/realtime', '/socket.io');
      next();
    };
    const endpoint = new EchoEndpoint();
    const mount = new MountPoint(endpoint);
    onTestFinished(() => mount.leave());
    const { server, port } = await serve((req, res) => {
      const originalUrl = req.url!;
      rewrite(req, res, () => {
        const outcome = mount.enter({ req, res, url: req.url!, originalUrl, context: req });
        if (typeof outcome === 'object' && 'status' in outcome) res.writeHead(outcome.status).end();
      });
    });
    neighbour(server, '/other');
    await fetch(`http://127.0.0.1:${port}/realtime/`);
    expect(await echo((await open(`ws://127.0.0.1:${port}/realtime/`)).ws, 'mine')).toBe('mine');
  });

  test('can be plain mounts of sio on another path', async () => {
    const { server, base } = await mountBehind();
    const direct = new EchoEndpoint('/direct');
    onTestFinished(attachToServer(server, direct));
    expect(await echo((await open(`${base}/socket.io/`)).ws, 'routed')).toBe('routed');
    expect(await echo((await open(`${base}/direct`)).ws, 'direct')).toBe('direct');
    expect(direct.sockets).toHaveLength(1);
  });
});

describe('a server with a mount and no other WebSocket server', () => {
  test('answers upgrades to other paths as if there were no listener, and keeps the connection', async () => {
    const { port, base } = await mountBehind();
    await open(`${base}/socket.io/`);
    const client = new RawTcpClient(port);
    client.send(...upgradeLines('/page'));
    await client.until('nothing here');
    expect(client.text).toContain('404');
    expect(client.text).toContain('keep-alive');
    client.text = '';
    client.send('GET /socket.io/x HTTP/1.1', 'Host: localhost');
    await client.until('GET /socket.io/x');
  });

  test('answers ordinary requests that offer HTTP/2, with their bodies', async () => {
    const echoBody: Middleware = (req, res, next) => {
      if (req.method !== 'POST') return next();
      req.pipe(res);
    };
    const { port, base } = await mountBehind('', echoBody);
    await open(`${base}/socket.io/`);
    const body = 'b'.repeat(100_000);
    for (const path of ['/upload', '/upload', '/socket.iox']) {
      const post = request({ port, host: '127.0.0.1', path, method: 'POST' });
      post.setHeader('Connection', 'Upgrade, HTTP2-Settings');
      post.setHeader('Upgrade', 'h2c');
      post.setHeader('HTTP2-Settings', 'AAMAAABkAAQAAP__');
      post.end(body);
      const [response] = await once(post, 'response');
      let answer = '';
      for await (const chunk of response) answer += chunk;
      expect(answer.length).toBe(body.length);
    }
  });

  test("gives the client the framework's answer where the mount might have been", async () => {
    const { base } = await mountBehind('/api');
    expect(await refusal(`${base}/wrong/socket.io/`)).toMatchObject({ status: 404, body: 'nothing here' });
  });
});
