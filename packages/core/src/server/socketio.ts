import type { Server as HttpServer } from 'node:http';
import type { Server as NetServer } from 'node:net';
import type { Endpoint } from './mount/contracts.js';
import type { ServerOptions } from './options/options.js';
import { type Namespaces, registerNamespaces } from './register.js';
import { Server } from './server.js';

/** A server and what a mount leads requests to. */
export interface Mountable {
  /** The server. */
  readonly io: Server;
  /** The endpoint that requests are led to. */
  readonly endpoint: Endpoint;
}

/**
 * For adapters: makes a server of class namespaces.
 * @throws ClassError, OptionError for invalid classes and options.
 */
export function createMountable<Request>(namespaces: Namespaces, options: ServerOptions<Request> = {}): Mountable {
  const io = new Server(options as ServerOptions);
  registerNamespaces(io, namespaces);
  return { io, endpoint: io._mount() };
}

/** Class namespaces on plain Node. */
export interface PlainMount {
  /** The server: namespaces, rooms, broadcasts. */
  readonly io: Server;
  /** Serves an HTTP server, beside whatever else it does. */
  attach(server: HttpServer | NetServer): PlainMount;
  /** Makes an HTTP server for nothing else and listens. */
  listen(port: number): PlainMount;
  /** Ends every connection and the HTTP server. */
  close(): Promise<void>;
}

/**
 * Serves class namespaces on plain Node: `socketio({ '/chat': ChatNamespace }).listen(3000)`.
 * @throws ClassError, OptionError for invalid classes and options.
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
