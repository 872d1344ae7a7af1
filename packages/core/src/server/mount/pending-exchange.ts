import type { IncomingMessage, ServerResponse } from 'node:http';
import { types } from 'node:util';
import { arrivalOf, sessionEpoch } from '../../internal/session-epoch.js';
import type { Exchange, Peer, Reply } from '../../transport/exchange.js';
import type { Endpoint } from './endpoint.js';
import { closeUnanswered, guardResponse, listen } from './guarded-response.js';

/** The parts that all exchanges share: how the answer fares, and a report when the application makes it fail. */
export abstract class PendingExchange implements Exchange {
  abstract readonly req: IncomingMessage;
  abstract readonly res: ServerResponse;
  abstract readonly upgrade: boolean;
  abstract readonly context: unknown;
  abstract readonly body: unknown;
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly query: string;
  plan: unknown = undefined;
  #whenDone: ((sent: boolean) => void)[] | undefined;
  #settled = false;
  readonly #made = sessionEpoch();
  #failed = false;

  constructor(endpoint: Endpoint, path: string, query: string) {
    this.endpoint = endpoint;
    this.path = path;
    this.query = query;
  }

  /** Who asks. A framework that trusts its proxy knows better than the connection. */
  get peer(): Peer {
    const { socket, headers } = this.req;
    return { host: headers.host ?? authority(headers), address: socket.remoteAddress, secure: 'encrypted' in socket };
  }

  /** A framework may have kept the request for a while before it came here. */
  get arrived(): number {
    return arrivalOf(this.req) ?? this.#made;
  }

  abstract take(): void;

  done(fn: (sent: boolean) => void): void {
    // Refused long ago: whoever decides only now learns of it once it has done what it meant to.
    if (this.#settled) return queueMicrotask(() => fn(false));
    this.#whenDone ??= [];
    this.#whenDone.push(fn);
  }

  /** The response phase is over. Only the first call counts. */
  settle(sent: boolean): void {
    if (this.#settled) return;
    this.#settled = true;
    for (const fn of this.#whenDone ?? []) fn(sent);
  }

  /** Settles when the response to an ordinary request is over. */
  settleWith(res: ServerResponse, reply: Reply): void {
    if (this.#whenDone === undefined) return;
    if (res.closed) {
      this.settle(false);
      return;
    }
    listen(res, 'finish', () => this.settle(res.statusCode === reply.status));
    listen(res, 'close', () => this.settle(false));
  }

  failed(error: unknown, what: string): void {
    if (this.#failed) return;
    this.#failed = true;
    const { endpoint } = this;
    if (endpoint.failed !== undefined) endpoint.failed(error, what);
    else process.emitWarning(types.isNativeError(error) ? error : `a request failed with ${String(error)}`);
  }

  /** Contains what goes wrong with the response that the answer goes out on. */
  guard(res: ServerResponse): void {
    guardResponse(res, (error) => this.failed(error, 'response'));
  }

  /**
   * Whether code of the application has begun to answer and let the request go on all the same. It keeps its answer if that
   * is whole; otherwise the request is closed.
   */
  refuseAnswered(res: ServerResponse): boolean {
    if (!res.headersSent && !res.writableEnded) return false;
    this.failed(new Error('A middleware has begun to answer this request and has passed it on as well'), 'middleware');
    closeUnanswered(res);
    return true;
  }
}

/** HTTP/2 has no `Host`. */
function authority(headers: IncomingMessage['headers']): string | undefined {
  return headers[':authority'] as string | undefined;
}
