import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Exchange, Outcome, Peer } from '../../transport/exchange.js';
import type { WebTransportSession } from '../../transport/webtransport/webtransport.js';
import type { WarningCode } from '../options/warnings.js';

/** The server as a mount sees it: it answers the requests of one path. */
export interface Endpoint {
  /** The path below the mount, without a trailing slash, such as `/socket.io`. */
  readonly path: string;
  /** The time (ms) that code of the application has to decide on a request, unless the mount's own option says otherwise. */
  readonly handshakeTimeout?: number | undefined;

  /** Whether requests of open sessions go through the framework, unless the mount's own option says otherwise. */
  readonly establishedRequests?: EstablishedRequests | undefined;

  /** Whether the endpoint is closed: it takes no new connections. */
  readonly closed?: boolean;

  /** Answers one request or upgrade. */
  handle(exchange: Exchange): Outcome | Promise<Outcome>;

  /**
   * Takes over an upgrade that `handle` answered with 101, once that answer has passed the framework's response phase.
   * `socket` is open, and the mount has removed its listeners from it.
   *
   * @param head bytes that the client sent behind its request
   * @param headers lines (`Name: value`) that belong on the 101, such as the cookies the framework has set
   */
  accept(exchange: Exchange, socket: Duplex, head: Buffer, headers: readonly string[]): void;

  /** Whether a path below the mount may belong to the endpoint. It is called for every request, so it must be cheap. */
  claims(path: string): boolean;

  /**
   * Whether a POST to a path of the endpoint belongs to a connection, so that no body parser of the application may read it.
   * Without this method, every POST to `path` itself does.
   */
  takesBody?(path: string, query: string): boolean;

  /** Whether a request to a path of the endpoint names a connection that is open on this server. */
  isEstablished?(path: string, query: string): boolean;

  /**
   * Whether a request may go past the framework: it belongs to a connection that is open on this server, and it needs nothing from
   * the framework, such as CORS headers for a page of another origin.
   */
  takesDirectly?(req: IncomingMessage, path: string, query: string): boolean;

  /**
   * Handles input that is not HTTP, once Node's parser has failed at it. Returns true if it has handled the input; otherwise Node
   * answers it.
   */
  clientError?(error: Error, socket: Duplex): boolean;

  /**
   * Reports a failure of the application's code around a request, such as a middleware that answers it and passes it on. Without
   * this method, the process emits a warning.
   * @param what has failed, such as `middleware`
   */
  failed?(error: unknown, what: string): void;

  /** Tells the developer of a mistake that is not refused. */
  warn?(code: WarningCode, message: string): void;

  /**
   * The path as which a request is served on a plain HTTP server, where clients that append the default path to the endpoint's are
   * served as well. Undefined for the path of the request.
   */
  pathFor?(path: string, query: string): string | undefined;

  /** Accepts a WebTransport session, which comes without an HTTP request. */
  acceptSession?(session: WebTransportSession): void;

  /** Calls `fn` once every connection has ended, so that mounts can leave their HTTP servers. */
  onClose?(fn: () => void): void;

  /**
   * Called when an HTTP server that requests came through is about to close, and would wait for its connections to end. It goes on
   * listening until the returned promise, if any, settles, so that clients on polling can be told.
   *
   * @param alone whether no other HTTP server goes on; otherwise the connections through the others stay
   */
  serverClosing?(server: Server, alone: boolean): Promise<void> | undefined;

  /** Called when the HTTP server has closed. It may listen again. */
  serverClosed?(server: Server): void;

  /** Ends every connection in good order, because the application closes. */
  close(): Promise<void> | void;
}

/** The way that requests of established sessions take: through the framework, or past it. */
export type EstablishedRequests = 'framework' | 'direct';

/** Options of a mount. */
export interface MountOptions {
  /**
   * The time that middlewares of the framework have to decide on an upgrade, and functions of the application on any request. After
   * that, the request is refused with 503.
   * @unit ms
   * @default 20000
   */
  handshakeTimeout?: number | undefined;
  /**
   * Whether polls, posts and upgrades of an open session go through the framework, or with `direct` past it. With `direct` the
   * framework's middlewares, guards and loggers see handshakes only, as they do with WebSockets, and a poll costs about as much as on
   * plain Node.
   * @default 'framework'
   */
  establishedRequests?: EstablishedRequests | undefined;
}

/** Default of `handshakeTimeout` (ms). */
export const HANDSHAKE_TIMEOUT = 20_000;

/** A request as a framework passes it to its mount. */
export interface MountRequest {
  /** Node's own request, however the framework wraps it. */
  readonly req: IncomingMessage;
  /** Node's own response, however the framework wraps it. */
  readonly res: ServerResponse;
  /** The request target below the mount, such as `/socket.io/?EIO=4`. */
  readonly url: string;
  /** The request target as the client sent it. */
  readonly originalUrl: string;
  /** The framework's request object, which becomes `socket.request`. */
  readonly context: unknown;
  /** The body as the framework or a parser has read it. It is ignored if the request has not been read. */
  readonly body?: unknown;
  /**
   * Returns the client's address and host for `context`, by the framework's own proxy trust setting. Without it, those of the connection
   * are used.
   */
  peer?(context: unknown): Peer;
  /** Stops the framework from answering the request, if it would answer after its handler returns. */
  release?(): void;
}

/** An upgrade that a 101 will turn into a WebSocket. */
export interface PendingUpgrade extends Exchange {
  readonly endpoint: Endpoint;
  /** The response phase is over. Only the first call counts. @param sent whether the answer went out */
  settle(sent: boolean): void;
}

/** Whose an upgrade's path is. */
export type PathOwnership = 'ours' | 'candidate' | 'other';

/** A mount on one HTTP server, however requests get to it. */
interface Mounted {
  /** Takes what Node's parser could not read, if it is ours. */
  clientError(error: Error, socket: Duplex): boolean;
}

/** A mount that a framework's own routing leads to. */
export interface RoutedMount extends Mounted {
  /** Time (ms) that the framework has to answer an upgrade. */
  readonly handshakeTimeout: number;
  /** The paths under which requests have reached it. */
  readonly paths: { readonly isKnown: boolean; ownership(path: string): PathOwnership };
  /** Whether the body of a POST is for the mount alone. */
  takesBody(path: string, query: string): boolean;
  /** The framework has answered a client's request for this path with 404. */
  unreached(path: string): void;
  /** The server is to be closed, which is put off as long as the promise is pending. */
  serverClosing(): Promise<void> | undefined;
  /** The server has closed. */
  serverClosed(): void;
}

/** A mount that stands in front of everything else on a server. */
export interface FrontMount extends Mounted {
  /** Its server has closed: another mount of the same path comes first. */
  readonly retired: boolean;
  /** @param req absent where a path is asked about before any request for it. */
  claims(path: string, query: string, req?: IncomingMessage): boolean;
  /** `passOn` gives the untouched socket to the next listener. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, passOn: () => void): void;
  /** `passOn` gives the untouched request to the next listener. */
  request(req: IncomingMessage, res: ServerResponse, passOn: () => void): void;
}

/** `io.engine`, where applications wrap the handling of requests. */
export interface RequestFront {
  handleRequest(req: IncomingMessage, res: ServerResponse): void;
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** A mount that looks for the HTTP server of its framework. */
export interface ServerSeeker {
  readonly endpoint: Endpoint;
  /** Serves upgrades of a server that may lead to the mount. */
  join(server: Server): unknown;
}
