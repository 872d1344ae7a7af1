import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { contract, listen, type Setup } from '@sio/conformance';
import { Hono } from 'hono';
import { type HonoContext, socketio } from '../src/socketio.js';

async function startServer({ mounts, guard, bodyParsers, tls }: Setup) {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (c, next) => {
    const verdict = guard?.(c.env.incoming.headers);
    if (verdict === undefined) return next();
    return c.body(verdict.body, verdict.status as 401, { ...verdict.headers });
  });
  if (bodyParsers) {
    // Hono reads a body when somebody asks for it.
    app.use(async (c, next) => {
      const isBinary = c.req.header('content-type') === 'application/octet-stream';
      if (c.req.method === 'POST') await (isBinary ? c.req.arrayBuffer() : c.req.text());
      return next();
    });
  }
  const all = mounts.map(({ prefix, namespaces, options }) => {
    const middleware = socketio(namespaces, options);
    app.use(`${prefix}/*`, middleware);
    return middleware;
  });
  app.get('/hello', (c) => c.text('hello'));
  const options = tls === undefined ? { createServer } : { createServer: createHttpsServer, serverOptions: { ...tls } };
  const httpServer = createAdaptorServer({ fetch: app.fetch, ...options }) as ReturnType<typeof createServer>;
  const close = async () => {
    await new Promise((resolve) => httpServer.close(resolve));
    await Promise.all(all.map(({ io }) => io.close()));
  };
  return { url: await listen(httpServer), httpServer, io: all[0]!.io, close };
}

const noSession = 'Hono has no session of its own';

contract<HonoContext>(startServer, {
  name: 'Hono 4 on Node',
  isRequest: (request: unknown) => typeof (request as HonoContext).req.header === 'function',
  optOut: {
    'sets the session cookie with the first answer': noSession,
    'shows handlers the session, as HTTP requests have changed it meanwhile': noSession,
    'shows HTTP requests what a handler has changed in the session': noSession,
    'shows handlers the login session where requests of open sessions go past the framework': noSession,
    'lets a logout during a held poll be a logout': noSession,
  },
});
