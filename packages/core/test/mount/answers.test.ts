import { once } from 'node:events';
import { listenOnPort, RawTcpClient } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MountPoint, mergedHeader } from '../../src/mount.js';
import { type Middleware, serveEcho } from './support/app.js';
import { EchoEndpoint, text } from './support/echo-endpoint.js';

async function mountBehind(...middlewares: Middleware[]) {
  const { endpoint, port, web } = await serveEcho({ middlewares });
  return { endpoint, port, web: `${web}/socket.io/` };
}

/** A middleware that counts how often the response's methods pass it. */
function wrapping(calls: string[]): Middleware {
  return (_req, res, next) => {
    for (const name of ['writeHead', 'write', 'end', 'on'] as const) {
      const inner = res[name] as (...args: unknown[]) => unknown;
      const wrap = (...args: unknown[]) => {
        calls.push(name);
        return inner.apply(res, args);
      };
      Object.assign(res, { [name]: wrap });
    }
    next();
  };
}

describe('an answer to a request', () => {
  test('passes through every wrapper of the response, as a reply', async () => {
    const calls: string[] = [];
    const { web } = await mountBehind(wrapping(calls));
    expect(await (await fetch(web)).text()).toBe('GET /socket.io/ ');
    expect(calls).toContain('writeHead');
    expect(calls).toContain('end');
  });

  test('bypasses them once the endpoint has taken the response', async () => {
    const calls: string[] = [];
    const finished: number[] = [];
    const { web, endpoint } = await mountBehind(wrapping(calls), (_req, res, next) => {
      res.setHeader('Access-Control-Allow-Origin', '*');
      res.on('finish', () => finished.push(res.statusCode));
      calls.length = 0;
      next();
    });
    const held = new Promise<void>((resolve) => (endpoint.onHeld = resolve));
    const poll = fetch(`${web}?hold`);
    await held;
    endpoint.release();
    const response = await poll;
    expect(await response.text()).toBe('released');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(calls).toEqual([]);
    expect(finished).toEqual([200]);
  });

  test('is known to have been sent', async () => {
    const { web, endpoint } = await mountBehind();
    await fetch(web);
    await expect.poll(() => endpoint.settled).toEqual([true]);
  });

  test('is known to have been replaced', async () => {
    const { web, endpoint } = await mountBehind((_req, res, next) => {
      const { end } = res;
      res.end = (() => {
        res.statusCode = 500;
        res.removeHeader('Content-Length');
        return end.call(res, 'replaced', 'utf8');
      }) as typeof end;
      next();
    });
    expect((await fetch(web)).status).toBe(500);
    await expect.poll(() => endpoint.settled).toEqual([false]);
  });

  test('is known to have failed when the client has left', async () => {
    let answer: (() => void) | undefined;
    const { port, endpoint } = await mountBehind();
    endpoint.answer = () => new Promise((resolve) => (answer = () => resolve(text(200, 'late'))));
    const client = new RawTcpClient(port).send('GET /socket.io/ HTTP/1.1', 'Host: localhost');
    await expect.poll(() => answer).toBeDefined();
    const closed = once(endpoint.exchanges[0]!.res, 'close');
    client.socket.resetAndDestroy();
    await closed;
    answer!();
    await expect.poll(() => endpoint.settled).toEqual([false]);
  });

  test('declined by the endpoint goes on to the next handler', async () => {
    const { web } = await mountBehind();
    const response = await fetch(`${web}stranger`);
    expect([response.status, await response.text()]).toEqual([404, 'nothing here']);
  });

  test('to a target in absolute form is found too', async () => {
    const { port } = await mountBehind();
    const client = new RawTcpClient(port).send('GET http://example.com/socket.io/?x HTTP/1.1', 'Host: example.com');
    await client.until('GET /socket.io/ x');
  });
});

describe('headers of a reply', () => {
  test('join cookies and Vary, and replace the others', () => {
    expect(mergedHeader('Set-Cookie', 'a=1', 'b=2')).toEqual(['a=1', 'b=2']);
    expect(mergedHeader('set-cookie', ['a=1', 'b=2'], ['c=3'])).toEqual(['a=1', 'b=2', 'c=3']);
    expect(mergedHeader('Vary', 'Accept-Encoding', 'Origin')).toBe('Accept-Encoding, Origin');
    expect(mergedHeader('Vary', 'Origin', 'Origin')).toBe('Origin');
    expect(mergedHeader('Content-Type', 'text/html', 'text/plain')).toBe('text/plain');
    expect(mergedHeader('Vary', undefined, 'Origin')).toBe('Origin');
  });
});

describe('the body of a request', () => {
  const parse: Middleware = (req, _res, next) => {
    // As body parsers do: no announcement, no body.
    if (req.headers['content-length'] === undefined) return next();
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      Object.assign(req, { body: Buffer.concat(chunks).toString() });
      next();
    });
  };

  async function post(endpoint: EchoEndpoint, url: string, body: string): Promise<{ body: unknown; length: unknown }> {
    await (await fetch(url, { method: 'POST', body })).text();
    const exchange = endpoint.exchanges.at(-1)!;
    return { body: endpoint.bodies.at(-1), length: exchange.req.headers['content-length'] };
  }

  test('is what a parser in front has made of it, until the request is known to be for the endpoint', async () => {
    const { web, endpoint } = await mountBehind(parse);
    expect(await post(endpoint, web, 'hello')).toEqual({ body: 'hello', length: '5' });
  });

  test('passes parsers unread once a request has reached the mount', async () => {
    const { web, endpoint } = await mountBehind(parse);
    await fetch(web);
    expect(await post(endpoint, web, 'hello')).toEqual({ body: undefined, length: '5' });
  });

  test('is left to the parsers if the endpoint does not want it', async () => {
    const { web, endpoint } = await mountBehind(parse);
    await fetch(web);
    expect(await post(endpoint, `${web}form`, 'a=1')).toMatchObject({ body: 'a=1' });
    Object.assign(endpoint, { takesBody: (path: string) => path.endsWith('/form') });
    expect(await post(endpoint, `${web}form`, 'a=1')).toMatchObject({ body: undefined });
  });

  test('is text even if a parser made a number of it', async () => {
    const { web, endpoint } = await mountBehind(parse, (req, _res, next) => {
      Object.assign(req, { body: 3 });
      next();
    });
    expect(await post(endpoint, web, '3')).toMatchObject({ body: '3' });
  });

  test('is empty when a middleware has read it and kept nothing', async () => {
    const { web, endpoint } = await mountBehind(parse, (req, _res, next) => {
      Object.assign(req, { body: undefined });
      next();
    });
    expect(await post(endpoint, web, 'lost')).toMatchObject({ body: '' });
  });
});

describe('a mount of a framework in the style of Connect', () => {
  async function serving(endpoint: EchoEndpoint) {
    const mount = new MountPoint(endpoint);
    onTestFinished(() => mount.leave());
    const passed: unknown[] = [];
    const port = await listenOnPort((req, res) => {
      const url = req.url ?? '/';
      mount.serve({ req, res, url, originalUrl: url, context: req }, (error) => {
        passed.push(error);
        res.writeHead(error === undefined ? 404 : 500).end();
      });
    });
    return { passed, web: `http://127.0.0.1:${port}/socket.io/` };
  }

  test('answers what is for its endpoint, and passes on the rest', async () => {
    const { web, passed } = await serving(new EchoEndpoint());
    expect(await (await fetch(web)).text()).toBe('GET /socket.io/ ');
    expect((await fetch(`${web}stranger`)).status).toBe(404);
    expect((await fetch(new URL('/elsewhere', web))).status).toBe(404);
    expect(passed).toEqual([undefined, undefined]);
  });

  test('waits for a slow endpoint, and passes on its failure', async () => {
    const endpoint = new EchoEndpoint();
    const failure = new Error('broken');
    endpoint.answer = async ({ query }) => {
      if (query === 'broken') throw failure;
      return text(200, 'late');
    };
    const { web, passed } = await serving(endpoint);
    expect(await (await fetch(web)).text()).toBe('late');
    expect((await fetch(`${web}?broken`)).status).toBe(500);
    expect(passed).toEqual([failure]);
  });
});
