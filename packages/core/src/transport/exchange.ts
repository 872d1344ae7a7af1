import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer for the framework to give, through its whole response phase. A 101 has an empty body. */
export interface Reply {
  /** The HTTP status. */
  readonly status: number;
  /** To be set. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** All of it. */
  readonly body: string | Buffer;
}

/** Not ours: hand on to the framework's next handler. */
export const NEXT: unique symbol = Symbol('sio.next');

/** The endpoint answers on the raw response itself, now or later (held polls, POSTs). */
export const HANDLED: unique symbol = Symbol('sio.handled');

/** The decision on a request that has reached a mount. */
export type Outcome = Reply | typeof NEXT | typeof HANDLED;

/** The other end as the application sees it, which behind a proxy is not what the connection says. */
export interface Peer {
  /** Host and port that the client asked for, as in a `Host` header. */
  readonly host: string | undefined;
  /** IP address. */
  readonly address: string | undefined;
  /** TLS. */
  readonly secure: boolean;
}

/** One HTTP request or upgrade on its way from a framework to the endpoint. */
export interface Exchange {
  /** Node's own. */
  readonly req: IncomingMessage;
  /** Node's own. */
  readonly res: ServerResponse;
  /** Pathname below the mount, such as `/socket.io/`. */
  readonly path: string;
  /** Raw query string without the `?`. */
  readonly query: string;
  /** A WebSocket upgrade that a 101 would accept. */
  readonly upgrade: boolean;
  /** The framework's own request object, which becomes `socket.request`. */
  readonly context: unknown;
  /** The client's end. */
  readonly peer: Peer;
  /** The session epoch in which the request came: a login session that has ended since must not be served. */
  readonly arrived: number;
  /** The body as a parser in front made it, or undefined: then the endpoint reads `req`. */
  readonly body: unknown;
  /** The protocol handler that decides on it. */
  handler?: unknown;
  /** Of an upgrade that is let in: what the endpoint wants to remember until it gets the socket. */
  plan?: unknown;
  /** Takes the raw response out of the framework's response phase; called before `HANDLED` is returned. */
  take(): void;
  /** Reports a failure of the application's around this request: only the first one. @param what has failed */
  failed(error: unknown, what: string): void;
  /** Runs `fn` when the framework's response phase for a `Reply` is over; `sent` is false when it never went out. */
  done(fn: (sent: boolean) => void): void;
}
