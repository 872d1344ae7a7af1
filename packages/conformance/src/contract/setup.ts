import type { Server as HttpServer, IncomingHttpHeaders } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Namespaces, Server, ServerOptions } from '@sio/core';
import type { Certificate } from '@sio/test-kit';

/** One place in the app where Socket.IO is served. */
export interface Mount {
  /** Path of the mount in the app; empty for the root. */
  readonly prefix: '' | `/${string}`;
  readonly namespaces: Namespaces;
  readonly options: ServerOptions<unknown>;
}

/** An answer that a guard gives instead of letting a request through. */
export interface Verdict {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The app that a case wants, to be built in the framework's own way: session, guard and parsers in front, then the mounts.
 * Whatever is set up, the app has one ordinary route: `GET /hello` answers `hello`.
 */
export interface Setup {
  /** At least one. */
  readonly mounts: readonly [Mount, ...Mount[]];
  /** A middleware (hook, extension) in front of the mounts: what it returns is the answer; undefined lets pass. */
  readonly guard: ((headers: IncomingHttpHeaders) => Verdict | undefined) | undefined;
  /**
   * Install the framework's usual session, kept in memory, under which the cookie is set at once, and three routes:
   * `GET /login/:user` remembers the user in the session, `GET /logout` ends it, `GET /whoami` answers the user, or nothing.
   */
  readonly session: boolean;
  /** Install the framework's usual body parsers, for every type they know, in front of the mounts. */
  readonly bodyParsers: boolean;
  /** Serve https. */
  readonly tls: Certificate | undefined;
}

/** An app that is listening. */
export interface Started {
  /** Such as `http://127.0.0.1:41233`. */
  readonly url: string;
  /** The Socket.IO server of the first mount. */
  readonly io: Server;
  readonly httpServer: HttpServer | HttpsServer;
  /** Ends the app in an orderly way. */
  close(): unknown;
}

/** Builds and starts an app on a free port of 127.0.0.1. */
export type StartServer = (setup: Setup) => Promise<Started>;

/** How handlers get at the framework's session. The same user as in the routes of {@link Setup.session}. */
export interface SessionAccess<Request> {
  /** The user as the session has it now, not as it was when the connection was made. */
  read(socket: { readonly request: Request }): string | undefined | Promise<string | undefined>;
  /** Remembers the user and saves the session. */
  write(socket: { readonly request: Request }, user: string): unknown;
}
