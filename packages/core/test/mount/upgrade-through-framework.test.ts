import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { closedSocket, echo, open, RawTcpClient, refusal, upgradeLines } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { MountOptions } from '../../src/mount.js';
import { type Middleware, serveEcho } from './support/app.js';
import { text } from './support/echo-endpoint.js';

const PATH = '/socket.io/?EIO=4&transport=websocket';

async function mountBehind(middlewares: Middleware[] = [], options: MountOptions = {}) {
  const served = await serveEcho({ middlewares, options });
  return { ...served, url: served.base + PATH };
}

/** Fails the test if an uncaught error reaches the process. */
function watchProcess(): unknown[] {
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  process.on('uncaughtException', note);
  onTestFinished(() => void process.off('uncaughtException', note));
  return uncaught;
}

describe('an upgrade through a framework', () => {
  test('opens a WebSocket with the headers that middlewares have set', async () => {
    const { url } = await mountBehind([
      (_req, res, next) => {
        res.setHeader('Set-Cookie', ['a=1', 'b=2']);
        res.setHeader('X-Served-By', 'app');
        res.setHeader('Content-Security-Policy', 'none');
        next();
      },
    ]);
    const { ws, head } = await open(url);
    expect(head.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(head.headers['x-served-by']).toBe('app');
    expect(Object.keys(head.headers).filter((name) => name.startsWith('content-'))).toEqual([]);
    expect(head.headers).toMatchObject({ connection: 'Upgrade', upgrade: 'websocket' });
    expect(await echo(ws, 'hello')).toBe('hello');
  });

  test('lets middlewares that wrap the head of the response set their cookies', async () => {
    const { url } = await mountBehind([
      (_req, res, next) => {
        const inner = res.writeHead;
        res.writeHead = ((...args: Parameters<typeof inner>) => {
          res.appendHeader('Set-Cookie', 'late=1');
          return inner.apply(res, args);
        }) as typeof inner;
        next();
      },
    ]);
    const { head } = await open(url);
    expect(head.headers['set-cookie']).toEqual(['late=1']);
  });

  test('waits for middlewares that hold back the end of the response', async () => {
    const { url, endpoint } = await mountBehind([
      (_req, res, next) => {
        const inner = res.end;
        res.end = ((...args: Parameters<typeof inner>) => {
          setImmediate(() => {
            expect(endpoint.sockets).toHaveLength(0);
            res.setHeader('X-Saved', 'yes');
            inner.apply(res, args);
          });
          return res;
        }) as typeof inner;
        next();
      },
    ]);
    const { head } = await open(url);
    expect(head.headers['x-saved']).toBe('yes');
  });

  test('looks like a finished request with status 101 to code that logs responses', async () => {
    const events: string[] = [];
    let seen: ServerResponse | undefined;
    const { url, endpoint } = await mountBehind([
      (_req, res, next) => {
        seen = res;
        res.on('finish', () => events.push(`finish ${res.statusCode}`)).on('close', () => events.push('close'));
        next();
      },
    ]);
    const { ws } = await open(url);
    await echo(ws, 'x');
    expect(events).toEqual(['finish 101', 'close']);
    expect(seen).toMatchObject({ headersSent: true, writableEnded: true, writableFinished: true, destroyed: true });
    ws.close();
    await once(endpoint.sockets[0]!, 'close');
    expect(events).toEqual(['finish 101', 'close']);
    expect(endpoint.settled).toEqual([true]);
  });

  test('takes the head of a 101 in every form that writeHead knows', async () => {
    const forms: unknown[][] = [
      [{ 'X-Form': 'a' }],
      ['Why', { 'X-Form': 'a' }],
      [['X-Form', 'a']],
      [[['X-Form', 'a']]],
    ];
    for (const form of forms) {
      const { url } = await mountBehind([
        (_req, res, next) => {
          const { end } = res;
          res.end = ((...args: Parameters<typeof end>) => {
            Reflect.apply(res.writeHead, res, [101, ...form]);
            return end.apply(res, args);
          }) as typeof end;
          next();
        },
      ]);
      const { head } = await open(url);
      expect(head.headers['x-form']).toBe('a');
    }
  });

  test("gives the client a guard's refusal as a plain answer, and closes", async () => {
    const { port, endpoint } = await mountBehind([
      (_req, res) => void res.writeHead(401, { 'WWW-Authenticate': 'Basic' }).end('log in first'),
    ]);
    const answer = await refusal(`ws://127.0.0.1:${port}${PATH}`);
    expect(answer).toMatchObject({ status: 401, body: 'log in first' });
    expect(answer.headers).toMatchObject({ connection: 'close', 'www-authenticate': 'Basic' });
    expect(endpoint.exchanges).toHaveLength(0);
  });

  test('gives the client a redirect', async () => {
    const { url } = await mountBehind([(_req, res) => void res.writeHead(302, { Location: '/login' }).end()]);
    expect(await refusal(url)).toMatchObject({ status: 302, headers: { location: '/login' } });
  });

  test("passes the endpoint's own refusal through the framework", async () => {
    const logged: number[] = [];
    const { url, endpoint } = await mountBehind([
      (_req, res, next) => {
        res.on('finish', () => logged.push(res.statusCode));
        next();
      },
    ]);
    endpoint.answer = () => text(403, 'not from there');
    expect(await refusal(url)).toMatchObject({ status: 403, body: 'not from there' });
    expect(logged).toEqual([403]);
    expect(endpoint.settled).toEqual([true]);
  });

  test('closes a refused connection whose client keeps its half open', async () => {
    const { port, server } = await mountBehind([(_req, res) => void res.writeHead(429).end('slow down')]);
    const connection = once(server, 'connection');
    const client = new RawTcpClient(port, { allowHalfOpen: true });
    client.send(...upgradeLines(PATH)).socket.write('early bytes');
    const [socket] = await connection;
    await closedSocket(socket);
    await client.until('slow down');
  });

  test('does not send informational answers, at which WebSocket clients give up', async () => {
    const { url } = await mountBehind([
      (_req, res, next) => {
        res.writeContinue();
        res.writeProcessing();
        res.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
        next();
      },
    ]);
    const { ws } = await open(url);
    expect(await echo(ws, 'hi')).toBe('hi');
  });

  test('keeps every byte that the client sent early, also behind middlewares that read the body', async () => {
    const frame = clientFrame(Buffer.alloc(300_000, 'x'));
    const readers: Middleware[] = [
      (_req, _res, next) => next(),
      (req, _res, next) => void req.resume().on('end', () => setImmediate(next)),
      (req, _res, next) => void collect(req).then(next),
    ];
    for (const reader of readers) {
      const { port } = await mountBehind([reader]);
      const client = new RawTcpClient(port);
      client.send(...upgradeLines(PATH)).socket.write(frame);
      await client.until('101 Switching Protocols');
      while (client.text.length < 300_000) await once(client.socket, 'data');
    }
  });

  test('destroys an upgrade that is pipelined behind an unanswered request', async () => {
    const uncaught = watchProcess();
    const { port, endpoint } = await mountBehind([(req, _res, next) => (req.url === '/slow' ? undefined : next())]);
    const client = new RawTcpClient(port);
    client.send('GET /slow HTTP/1.1', 'Host: localhost').send(...upgradeLines(PATH));
    expect(await client.closed()).toBe('');
    expect(uncaught).toEqual([]);
    expect(endpoint.exchanges).toHaveLength(0);
  });

  test('survives a client that resets the connection while a middleware waits', async () => {
    const uncaught = watchProcess();
    let goOn: () => void = () => {};
    let response: ServerResponse | undefined;
    const { port, endpoint, url } = await mountBehind([
      (req, res, next) => {
        if (req.headers['x-wait'] === undefined) return next();
        response = res;
        goOn = next;
      },
    ]);
    const client = new RawTcpClient(port);
    client.send(...upgradeLines(PATH, 'X-Wait: 1'));
    await expect.poll(() => response).toBeDefined();
    const closed = once(response!, 'close');
    client.socket.resetAndDestroy();
    await closed;
    goOn();
    const { ws } = await open(url);
    expect(await echo(ws, 'still here')).toBe('still here');
    expect(uncaught).toEqual([]);
    expect(endpoint.sockets).toHaveLength(1);
    expect(endpoint.settled[0]).toBe(false);
  });

  test('refuses an upgrade that a middleware never answers, and tells those who wait for its end', async () => {
    const closed: boolean[] = [];
    const { url } = await mountBehind([(_req, res) => void res.on('close', () => closed.push(res.writableFinished))], {
      handshakeTimeout: 50,
    });
    expect(await refusal(url)).toMatchObject({ status: 503, headers: { connection: 'close' } });
    expect(closed).toHaveLength(1);
  });

  test('ignores what a middleware answers after the deadline', async () => {
    const late: ServerResponse[] = [];
    const { port } = await mountBehind([(_req, res) => void late.push(res)], { handshakeTimeout: 50 });
    const client = new RawTcpClient(port);
    client.send(...upgradeLines(PATH));
    await client.closed();
    late[0]!.writeHead(200).write('too late');
    late[0]!.end('much too late');
    expect(client.text).not.toContain('late');
  });

  test('leaves the socket to a middleware that writes to it directly', async () => {
    const { port } = await mountBehind(
      [(req) => void (req.headers['x-mine'] && req.socket.write('HTTP/1.1 101 Mine\r\n\r\n'))],
      { handshakeTimeout: 30 },
    );
    const client = new RawTcpClient(port);
    await client.send(...upgradeLines(PATH, 'X-Mine: 1')).until('101 Mine');
    // The next one is given up after the same time, and it began later.
    await new RawTcpClient(port).send(...upgradeLines(PATH)).until('503');
    expect(client.socket.closed).toBe(false);
  });

  test('tells the endpoint if a later phase replaces its 101', async () => {
    const { url, endpoint } = await mountBehind([
      (_req, res, next) => {
        const { end } = res;
        res.end = (() => {
          res.statusCode = 500;
          return end.call(res, 'session store down', 'utf8');
        }) as typeof end;
        next();
      },
    ]);
    expect(await refusal(url)).toMatchObject({ status: 500, body: 'session store down' });
    expect(endpoint.settled).toEqual([false]);
    expect(endpoint.sockets).toHaveLength(0);
  });

  test('runs through an asynchronous endpoint', async () => {
    const { url, endpoint } = await mountBehind();
    endpoint.answer = async () => ({ status: 101, headers: { 'Set-Cookie': 'io=abc' }, body: '' });
    const { head } = await open(url);
    expect(head.headers['set-cookie']).toEqual(['io=abc']);
  });
});

async function collect(req: IncomingMessage): Promise<void> {
  for await (const _ of req);
}

/** A masked text frame. */
function clientFrame(payload: Buffer): Buffer {
  const head = Buffer.alloc(14);
  head[0] = 0x81;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}
