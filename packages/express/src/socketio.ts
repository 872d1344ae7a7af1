import type { Namespaces, ServerOptions } from '@sio/core';
import type { MountedMiddleware, MountOptions, Peer } from '@sio/core/mount';
import { createMount, mountedMiddleware, pathOf } from '@sio/core/mount';
import type { NextFunction, Request, Response } from 'express';

/** Options of the Socket.IO server and of its mount in the app. */
export interface SocketioOptions extends ServerOptions<Request>, MountOptions {}

/** An Express middleware that serves Socket.IO where it is mounted. */
export interface SocketioMiddleware extends MountedMiddleware {
  (req: Request, res: Response, next: NextFunction): void;
}

/**
 * Serves Socket.IO on an Express app or router, below the place where it is mounted: at `<mount>/socket.io/`. Everything in
 * front of it (sessions, guards, loggers) runs for polling and WebSocket clients alike.
 *
 * @param namespaces classes by namespace name, such as `/chat`, or route pattern, such as `/orders/:id`
 * @throws ClassError, OptionError for invalid classes or options
 * @example
 * app.use(sessions);
 * app.use(socketio({ '/chat': ChatNamespace }));
 */
export function socketio(namespaces: Namespaces = {}, options: SocketioOptions = {}): SocketioMiddleware {
  const mounted = createMount<Request>(namespaces, options);
  const peer = peerOf as (context: unknown) => Peer;
  const middleware = (req: Request, res: Response, next: NextFunction) => {
    const { url, originalUrl, body } = req;
    mounted.mount.serve({ req, res, url, originalUrl, context: req, body, peer }, next);
  };
  const served = mountedMiddleware(middleware, mounted, middlewaresFor);
  const { attach } = served;
  served.attach = (server) => {
    refuseHttp2(server);
    return attach.call(served, server) as never;
  };
  return served;
}

/** Express gives each request a prototype of HTTP/1. On HTTP/2, Node then throws an error that nothing catches, and the process ends. */
function refuseHttp2(server: object): void {
  if ('updateSettings' in server)
    throw new TypeError(
      'attach: Express does not run on HTTP/2: use https.createServer(options, app), or a proxy that speaks HTTP/2',
    );
}

/** A router's list. Express has no types for it, and has it under the first name in Express 4, under the second in Express 5. */
interface Routers {
  readonly _router?: Router;
  readonly router?: Router;
}

interface Router {
  readonly stack: readonly { readonly handle: unknown; match(path: string): boolean }[];
}

/** The middlewares of the app itself that would get a request. */
function middlewaresFor(req: Request): unknown[] {
  // The types of Express do not name where it keeps its router; `app.router` of Express 4 throws.
  const { app }: { app: object } = req;
  const { stack = [] } = (app as Routers)._router ?? (app as Routers).router ?? {};
  const path = pathOf(req.originalUrl);
  return stack.filter((layer) => layer.match(path)).map(({ handle }) => handle);
}

type TrustProxy = (address: string | undefined, hop: number) => boolean;

/** The client by the app's `trust proxy` setting. */
function peerOf(req: Request): Peer {
  let host = req.get('Host');
  const forwarded = req.get('X-Forwarded-Host');
  // With its port, which `req.hostname` leaves out.
  if (forwarded !== undefined && (req.app.get('trust proxy fn') as TrustProxy)(req.socket.remoteAddress, 0))
    host = forwarded.split(',')[0]?.trim();
  return { host, address: req.ip, secure: req.secure };
}
