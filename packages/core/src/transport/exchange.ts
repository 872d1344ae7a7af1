import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer that the framework gives, through its whole response phase. The body of a 101 is empty. */
export interface Reply {
  /** The HTTP status. */
  readonly status: number;
  /** The headers to set. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** The whole body. */
  readonly body: string | Buffer;
}

/** The outcome for a request that is not the endpoint's: the framework's next handler gets it. */
export const NEXT: unique symbol = Symbol('sio.next');

/** The outcome for a request that the endpoint answers on the raw response itself, now or later (held polls, POSTs). */
export const HANDLED: unique symbol = Symbol('sio.handled');

/** The decision on a request that has reached a mount. */
export type Outcome = Reply | typeof NEXT | typeof HANDLED;

/** The client's end of the connection as the application sees it. Behind a proxy, it differs from what the connection says. */
export interface Peer {
  /** The host and port that the client asked for, as in a `Host` header. */
  readonly host: string | undefined;
  /** The IP address of the client. */
  readonly address: string | undefined;
  /** Whether the client uses TLS. */
  readonly secure: boolean;
}

/** One HTTP request or upgrade on its way from a framework to the endpoint. */
export interface Exchange {
  /** Node's own request. */
  readonly req: IncomingMessage;
  /** Node's own response. */
  readonly res: ServerResponse;
  /** The path below the mount, such as `/socket.io/`. */
  readonly path: string;
  /** The raw query string, without the `?`. */
  readonly query: string;
  /** Whether this is a WebSocket upgrade that a 101 would accept. */
  readonly upgrade: boolean;
  /** The framework's own request object, which becomes `socket.request`. */
  readonly context: unknown;
  /** The client's end of the connection. */
  readonly peer: Peer;
  /** The session epoch in which the request came. A login session that has ended since then must not be served. */
  readonly arrived: number;
  /** The body as a parser in front has made it. If undefined, the endpoint reads `req`. */
  readonly body: unknown;
  /** The protocol handler that decides on the request. */
  handler?: unknown;
  /** The endpoint's notes about an accepted upgrade, kept until it gets the socket. */
  plan?: unknown;
  /** Takes the raw response out of the framework's response phase; called before `HANDLED` is returned. */
  take(): void;
  /** Reports a failure of the application's code around this request. Only the first is reported. @param what has failed */
  failed(error: unknown, what: string): void;
  /** Calls `fn` when the framework's response phase for a `Reply` is over; `sent` is false if the reply was never sent. */
  done(fn: (sent: boolean) => void): void;
}
