import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Namespaces, Server, ServerOptions } from '@sio/core';
import { belowPrefix, createMount, HANDLED, type MountOptions, NEXT, type Reply } from '@sio/core/mount';
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';

interface OnNode {
  Bindings: HttpBindings;
}

/** What `this.request` is. */
export type HonoContext = Context<OnNode>;

/** A Hono middleware that serves Socket.IO where it is mounted: `app.use('/live/*', socketio({ … }))`. */
export type SocketioMiddleware = MiddlewareHandler<OnNode> & { readonly io: Server };

export function socketio(
  namespaces: Namespaces = {},
  options: ServerOptions<HonoContext> & MountOptions = {},
): SocketioMiddleware {
  const { io, mount } = createMount<HonoContext>(namespaces, options);

  const middleware: MiddlewareHandler<OnNode> = async (c, next) => {
    const req = c.env.incoming as IncomingMessage;
    const res = c.env.outgoing as ServerResponse;
    const originalUrl = req.url ?? '/';
    // Hono does not take a prefix off; the path that this middleware has been registered with tells it.
    const url = belowPrefix(originalUrl, routePath(c).replace(/\/\*$/, ''));
    // A middleware in front may have read it; Hono keeps it then.
    const body = req.readableDidRead ? Buffer.from(await c.req.arrayBuffer()) : undefined;
    const outcome = await mount.enter({ req, res, url, originalUrl, context: c, body });
    if (outcome === NEXT) return next();
    return outcome === HANDLED ? alreadySent() : answer(c, res, outcome);
  };
  return Object.assign(middleware, { io });
}

/** The answer that makes Hono's server for Node leave a response alone. */
function alreadySent(): Response {
  return new Response(null, { headers: { 'x-hono-already-sent': 'true' } });
}

function answer(c: HonoContext, res: ServerResponse, { status, headers, body }: Reply): Response {
  if (status === 101) {
    // A `Response` cannot have this status: Hono is given a 200, and Node's response makes it a 101 when all middlewares are over.
    const { writeHead } = res;
    res.writeHead = (_status: number, ...rest: never[]) => writeHead.call(res, 101, ...rest);
  }
  const empty = status === 101 || status === 204;
  return c.newResponse(empty ? null : (body as string), status === 101 ? 200 : (status as 200), { ...headers });
}
