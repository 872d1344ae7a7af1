import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { Namespace, type Namespaces, type ServerOptions } from '@sio/core';

/** A middleware as Connect defined it, which every framework has a way to run. */
export type ConnectMiddleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => unknown;

/** Another user of the HTTP server, that wants requests as well. */
export interface Lodger {
  /** Whether it is asked before the mount or after it. */
  readonly order: 'before' | 'after';
  moveIn(server: HttpServer): Promise<ConnectMiddleware>;
}

/** Wishes of a suite for an app. */
export interface AppWishes {
  readonly namespaces: Namespaces;
  /** Path of the mount in the app; empty for the root. */
  readonly prefix: '' | `/${string}`;
  /** Whether the app believes what a proxy on this machine says of a client, in `X-Forwarded-*` headers. */
  readonly trusting: boolean;
  /** Addresses that count, of those that proxies have told, from the last one on; default all. */
  readonly hops?: number;
  readonly lodger?: Lodger | undefined;
  /** Of the Socket.IO server. */
  readonly options?: Pick<ServerOptions, 'maxConnectionsPerAddress' | 'maxUnjoinedConnections' | 'drain'> | undefined;
}

/** Builds an app on an HTTP server that does not listen yet. Whatever it starts ends with the test. */
export type ServeApp = (wishes: AppWishes) => HttpServer | Promise<HttpServer>;

/** Behaviour of the suites' apps. */
export class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }

  onAddress() {
    return this.handshake.address;
  }

  onSecure() {
    return this.handshake.secure;
  }
}
