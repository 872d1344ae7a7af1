import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Namespaces, Server, ServerOptions } from '@sio/core';
import { createMountable, type MountOptions, MountPoint, type Peer } from '@sio/core/mount';
import type { NextFunction, Request, Response } from 'express';

/** Options of the Socket.IO server, and of how it sits in the app. */
export interface SocketioOptions extends ServerOptions<Request>, MountOptions {}

/** An Express middleware that serves Socket.IO where it is mounted. */
export interface SocketioMiddleware {
  (req: Request, res: Response, next: NextFunction): void;
  /** The Socket.IO server: namespaces, rooms, broadcasts. */
  readonly io: Server;
  /**
   * Names the HTTP server that the app runs on. Not needed after `app.listen(…)` or `http.createServer(app)`: the server
   * shows itself with its first connection.
   */
  attach(server: HttpServer | HttpsServer): this;
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
  const { io, endpoint } = createMountable(namespaces, options);
  const mount = new MountPoint(endpoint, options);
  const middleware = (req: Request, res: Response, next: NextFunction) => {
    const { url, originalUrl, body } = req;
    mount.serve({ req, res, url, originalUrl, context: req, body, peer: peerOf as (context: unknown) => Peer }, next);
  };
  return Object.assign(middleware, {
    io,
    attach(this: SocketioMiddleware, server: HttpServer | HttpsServer) {
      mount.attach(server);
      return this;
    },
  });
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
