import type { Namespaces, ServerOptions } from '@sio/core';
import {
  createMount,
  failResponse,
  HANDLED,
  type MountedMiddleware,
  type MountOptions,
  type MountPoint,
  mountedMiddleware,
  NEXT,
  type Reply,
  setHeaders,
} from '@sio/core/mount';
import type { Context, Next, ParameterizedContext } from 'koa';
import { urlBelow } from './router.js';
import { sessionIdOf } from './session.js';
import { leaveToUs } from './taken.js';

/** Options of the Socket.IO server and of its mount in the app. */
export interface SocketioOptions extends ServerOptions<Context>, MountOptions {}

/** A Koa middleware that serves Socket.IO where it is mounted. */
export interface SocketioMiddleware extends MountedMiddleware {
  <State, Ctx>(ctx: ParameterizedContext<State, Ctx>, next: Next): Promise<void>;
}

/**
 * Serves Socket.IO on a Koa app, below the place where it is mounted: at `<mount>/socket.io/`. Everything in front of it
 * (sessions, guards, loggers) runs for polling and WebSocket clients alike.
 *
 * @param namespaces classes by namespace name, such as `/chat`, or route pattern, such as `/orders/:id`
 * @throws ClassError, OptionError for invalid classes or options
 * @example
 * app.use(socketio({ '/chat': ChatNamespace }));
 */
export function socketio(namespaces: Namespaces = {}, options: SocketioOptions = {}): SocketioMiddleware {
  const mounted = createMount<Context>(namespaces, { sessionId: sessionIdOf, ...options });
  const middleware = (ctx: object, next: Next) => serve(mounted.mount, ctx as Context, next);
  return mountedMiddleware(middleware, mounted, middlewaresOf);
}

const middlewaresOf = ({ app }: Context): readonly unknown[] => app.middleware;

async function serve(mount: MountPoint, ctx: Context, next: Next): Promise<void> {
  const { req, res, originalUrl } = ctx;
  const { rawBody, body } = ctx.request as { rawBody?: unknown; body?: unknown };
  const outcome = await mount.enter({
    req,
    res,
    url: urlBelow(ctx, mount.endpoint.path),
    originalUrl,
    context: ctx,
    body: rawBody ?? body,
    peer: () => ({ host: ctx.host, address: ctx.ip, secure: ctx.secure }),
    release: () => leaveToUs(ctx),
  });
  if (outcome === NEXT) await next();
  else if (outcome !== HANDLED) answer(ctx, outcome);
}

function answer(ctx: Context, { status, headers, body }: Reply): void {
  try {
    setHeaders(ctx.res, headers);
    ctx.status = status;
    // Koa changes the status if a body is set, even an empty one.
    if (status !== 101) ctx.body = body;
  } catch (error) {
    ctx.respond = false;
    failResponse(ctx.res, error);
  }
}
