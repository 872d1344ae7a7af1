import type { Server as HttpServer } from 'node:http';
import { Namespace, type Namespaces } from '@sio/core';
import type { ViteDevServer } from 'vite';

/** What a suite wants of an app. */
export interface AppWishes {
  readonly namespaces: Namespaces;
  /** Path of the mount in the app; empty for the root. */
  readonly prefix: '' | `/${string}`;
  /** Whether the app believes what a proxy on this machine says of a client, in `X-Forwarded-*` headers. */
  readonly trusting: boolean;
  /** Makes the HTTP server's other user, whose middlewares are to run in front of the mount or behind it. */
  readonly vite?:
    | { readonly order: 'before' | 'after'; create(server: HttpServer): Promise<ViteDevServer> }
    | undefined;
}

/** Builds an app on an HTTP server that does not listen yet. Whatever it starts ends with the test. */
export type ServeApp = (wishes: AppWishes) => HttpServer | Promise<HttpServer>;

/** What the apps of the suites do. */
export class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }

  onAddress() {
    return this.handshake.address;
  }
}
