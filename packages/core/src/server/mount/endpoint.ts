import type { Duplex } from 'node:stream';
import type { Exchange, Outcome } from '../../transport/exchange.js';
import type { WebTransportSession } from '../../transport/webtransport/webtransport.js';

/** The protocol server as a mount sees it. */
export interface Endpoint {
  /** Pathname below the mount, without a trailing slash, such as `/socket.io`. */
  readonly path: string;
  /** Time (ms) that code of the application has for an answer, unless the mount says otherwise. */
  readonly handshakeTimeout?: number | undefined;

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

  /** Whether a path below the mount may be the endpoint's. Must be cheap: it is asked about every request. */
  claims(path: string): boolean;

  /**
   * Whether a POST to a path of ours belongs to a connection, so that no body parser of the application should read it.
   * Without this, every POST to `path` itself does.
   */
  takesBody?(path: string, query: string): boolean;

  /** Whether a request to a path of ours names a connection that is open here. */
  isEstablished?(path: string, query: string): boolean;

  /**
   * Looks at what a client sent instead of HTTP, when Node's parser has given up on it. True when it is dealt with; otherwise
   * it goes the way of any other, which ends in Node's own answer.
   */
  clientError?(error: Error, socket: Duplex): boolean;

  /**
   * Takes a failure of the application's around a request, such as a middleware that answers it and passes it on. Without
   * this, the process emits a warning.
   * @param what has failed, such as `middleware`
   */
  failed?(error: unknown, what: string): void;

  /**
   * The path that a request is served as on a server that belongs to nothing else: clients that append the default path to ours
   * are served as well. Undefined: its own.
   */
  pathFor?(path: string, query: string): string | undefined;

  /** Takes a WebTransport session, past HTTP. */
  welcome?(session: WebTransportSession): void;

  /** Calls back once everything has ended, so that mounts may leave their HTTP servers. */
  onClose?(fn: () => void): void;

  /**
   * The HTTP server that requests came from is to be closed, and would wait for its connections to end. It has to listen on
   * as long as the promise, if any, is pending: clients on polling could not be told otherwise.
   */
  serverClosing?(): Promise<void> | undefined;

  /** The application closes: ends every connection, in good order. */
  close(): Promise<void> | void;
}
