import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Server as NetServer } from 'node:net';
import type { Endpoint, MountOptions } from './mount/contracts.js';
import { MountPoint } from './mount/mount.js';
import { noteMount } from './mount/twins.js';
import type { ServerOptions } from './options/options.js';
import { type Namespaces, registerNamespaces } from './register.js';
import { Server } from './server.js';

/** A server, and the endpoint to which a mount passes requests. */
export interface Mountable {
  /** The server. */
  readonly io: Server;
  /** The endpoint to which requests are passed. */
  readonly endpoint: Endpoint;
}

/**
 * For adapters: makes a server of class namespaces.
 * @throws ClassError, OptionError for invalid classes or options.
 */
export function createMountable<Request>(namespaces: Namespaces, options: ServerOptions<Request> = {}): Mountable {
  const io = new Server(options as ServerOptions);
  registerNamespaces(io, namespaces);
  return { io, endpoint: io._mount() };
}

/** A server, and its mount in the routing of a framework. */
export interface Mounted {
  /** The server. */
  readonly io: Server;
  /** The mount to which the framework passes requests. */
  readonly mount: MountPoint;
}

/**
 * For adapters: makes a server of class namespaces, and the mount that its framework leads requests to.
 * @throws ClassError, OptionError for invalid classes or options.
 */
export function createMount<Request>(
  namespaces: Namespaces,
  options: ServerOptions<Request> & MountOptions = {},
): Mounted {
  const { io, endpoint } = createMountable(namespaces, options);
  return { io, mount: new MountPoint(endpoint, options) };
}

/** A middleware that serves Socket.IO where it is mounted. */
export interface MountedMiddleware {
  /** The Socket.IO server. */
  readonly io: Server;
  /**
   * Names the HTTP server that the app runs on. Needed only if the app neither listens by itself nor is the listener of
   * an HTTP server: otherwise the first connection shows the server.
   */
  attach(server: HttpServer | HttpsServer): this;
}

/**
 * For adapters: what users get of a middleware, beside the middleware itself.
 * @param list gives the middlewares that the application runs for a request, in their order: the developer is told of two mounts
 * at one place.
 */
export function mountedMiddleware<Middleware extends object, Request>(
  middleware: Middleware,
  { io, mount }: Mounted,
  list?: (request: Request) => readonly unknown[],
): Middleware & MountedMiddleware {
  noteMount(middleware, mount, list);
  return Object.assign(middleware, {
    io,
    attach<This>(this: This, server: HttpServer | HttpsServer): This {
      mount.attach(server);
      return this;
    },
  });
}

/** Class namespaces on plain Node. */
export interface PlainMount {
  /** The Socket.IO server. */
  readonly io: Server;
  /** Serves an HTTP server, beside its other listeners. */
  attach(server: HttpServer | NetServer): PlainMount;
  /** Makes an HTTP server of its own and listens. */
  listen(port: number): PlainMount;
  /** Ends every connection and the HTTP server. */
  close(): Promise<void>;
}

/**
 * Serves class namespaces on plain Node: `socketio({ '/chat': ChatNamespace }).listen(3000)`.
 * @throws ClassError, OptionError for invalid classes or options.
 */
export function socketio(namespaces: Namespaces, options: ServerOptions = {}): PlainMount {
  const io = new Server(options);
  registerNamespaces(io, namespaces);
  const mount: PlainMount = {
    io,
    attach(server) {
      io.attach(server);
      return mount;
    },
    listen(port) {
      io.listen(port);
      return mount;
    },
    close: () => io.close(),
  };
  return mount;
}
