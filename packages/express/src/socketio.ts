import type { Namespaces, ServerOptions } from '@sio/core';
import { createMount, type MountedMiddleware, type MountOptions, mountedMiddleware, type Peer } from '@sio/core/mount';
import type { NextFunction, Request, Response } from 'express';
import { lookForTwin, noteMount, unseen } from './twin.js';

/** Options of the Socket.IO server, and of how it sits in the app. */
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
 * @throws ClassError, OptionError for invalid classes and options
 * @example
 * app.use(sessions);
 * app.use(socketio({ '/chat': ChatNamespace }));
 */
export function socketio(namespaces: Namespaces = {}, options: SocketioOptions = {}): SocketioMiddleware {
  const mounted = createMount<Request>(namespaces, options);
  const peer = peerOf as (context: unknown) => Peer;
  const { mount } = mounted;
  const middleware = (req: Request, res: Response, next: NextFunction) => {
    const { url, originalUrl, body } = req;
    if (unseen.delete(mount)) lookForTwin(middleware, mount, req);
    mount.serve({ req, res, url, originalUrl, context: req, body, peer }, next);
  };
  const served = noteMount(mountedMiddleware(middleware, mounted), mount);
  const { attach } = served;
  served.attach = (server) => {
    refuseHttp2(server);
    return attach.call(served, server) as never;
  };
  return served;
}

/** Express gives each request a prototype of HTTP/1: Node fails at it where nothing catches it, and the process ends. */
function refuseHttp2(server: object): void {
  if ('updateSettings' in server)
    throw new TypeError(
      'attach: Express does not run on HTTP/2: use https.createServer(options, app), or a proxy that speaks HTTP/2',
    );
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
