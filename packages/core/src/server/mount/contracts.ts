import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Exchange, Outcome, Peer } from '../../transport/exchange.js';
import type { WebTransportSession } from '../../transport/webtransport/webtransport.js';
import type { WarningCode } from '../options/warnings.js';

/** The protocol server as a mount sees it. */
export interface Endpoint {
  /** Pathname below the mount, without a trailing slash, such as `/socket.io`. */
  readonly path: string;
  /** Time (ms) that code of the application has for an answer, unless the mount says otherwise. */
  readonly handshakeTimeout?: number | undefined;

  /** The way of requests of established sessions, unless the mount says otherwise. */
  readonly establishedRequests?: EstablishedRequests | undefined;

  /** It takes no connections any more. */
  readonly closed?: boolean;

  /** Answers one request or upgrade. */
  handle(exchange: Exchange): Outcome | Promise<Outcome>;

  /**
   * Takes over an upgrade that `handle` answered with 101, once that answer has passed the framework's response phase.
   * `socket` is open and has no listeners of ours any more.
   *
   * @param head bytes that the client sent behind its request
   * @param headers lines (`Name: value`) that belong on the 101, such as the cookies the framework has set
   */
  accept(exchange: Exchange, socket: Duplex, head: Buffer, headers: readonly string[]): void;

  /** Whether a path below the mount may be the endpoint's. It is asked about every request, so it must be cheap. */
  claims(path: string): boolean;

  /**
   * Whether a POST to a path of ours belongs to a connection, so that no body parser of the application should read it.
   * Without this, every POST to `path` itself does.
   */
  takesBody?(path: string, query: string): boolean;

  /** Whether a request to a path of ours names a connection that is open here. */
  isEstablished?(path: string, query: string): boolean;

  /**
   * Whether a request may go past the framework: it belongs to a connection that is open here, and asks for nothing that the
   * framework alone may know, such as the CORS headers for a foreign page.
   */
  takesDirectly?(req: IncomingMessage, path: string, query: string): boolean;

  /**
   * Looks at what a client sent instead of HTTP, when Node's parser has given up on it. Returns true when that is dealt with;
   * otherwise Node answers it.
   */
  clientError?(error: Error, socket: Duplex): boolean;

  /**
   * Takes a failure of the application's around a request, such as a middleware that answers it and passes it on. Without
   * this, the process emits a warning.
   * @param what has failed, such as `middleware`
   */
  failed?(error: unknown, what: string): void;

  /** Tells the developer of a mistake that is not refused. */
  warn?(code: WarningCode, message: string): void;

  /**
   * The path that a request is served as on a server that belongs to nothing else: clients that append the default path to ours
   * are served as well. Undefined: its own.
   */
  pathFor?(path: string, query: string): string | undefined;

  /** Takes a WebTransport session, past HTTP. */
  acceptSession?(session: WebTransportSession): void;

  /** Calls back once everything has ended, so that mounts may leave their HTTP servers. */
  onClose?(fn: () => void): void;

  /**
   * The HTTP server that requests came from is to be closed, and would wait for its connections to end. It has to listen on
   * as long as the promise, if any, is pending: clients on polling could not be told otherwise.
   *
   * @param alone no other HTTP server goes on; otherwise the connections through those stay
   */
  serverClosing?(server: Server, alone: boolean): Promise<void> | undefined;

  /** It has closed, and may listen again. */
  serverClosed?(server: Server): void;

  /** The application closes: ends every connection, in good order. */
  close(): Promise<void> | void;
}

/** The way that requests of established sessions take: through the framework, or past it. */
export type EstablishedRequests = 'framework' | 'direct';

/** How a mount behaves. */
export interface MountOptions {
  /**
   * Time that middlewares of the framework have to answer an upgrade, and the application's own functions any request. Then it is
   * refused with 503.
   * @unit ms
   * @default 20000
   */
  handshakeTimeout?: number | undefined;
  /**
   * The way of polls, posts and upgrades of a session that is open here. With `direct` they go past the framework: its middlewares,
   * guards and loggers see handshakes only, as with WebSockets, and a poll costs about as much as on plain Node.
   * @default 'framework'
   */
  establishedRequests?: EstablishedRequests | undefined;
}

/** Default of `handshakeTimeout` (ms). */
export const HANDSHAKE_TIMEOUT = 20_000;

/** A request as a framework hands it to its mount. */
export interface MountRequest {
  /** Node's own request, however the framework wraps it. */
  readonly req: IncomingMessage;
  /** Node's own response, however the framework wraps it. */
  readonly res: ServerResponse;
  /** Request target below the mount, such as `/socket.io/?EIO=4`. */
  readonly url: string;
  /** Request target as the client sent it. */
  readonly originalUrl: string;
  /** The framework's request object, which becomes `socket.request`. */
  readonly context: unknown;
  /** The body as the framework or a parser has read it. Ignored as long as the request has not been read. */
  readonly body?: unknown;
  /** The other end, by the framework's own trust in proxies. Gets `context`. Without it the connection tells. */
  peer?(context: unknown): Peer;
  /** Makes the framework forget about answering. Needed where it would answer after its handler returns. */
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
