import type { IncomingMessage, ServerResponse } from 'node:http';
import { arrivalOf, sessionEpoch } from '../../internal/session-epoch.js';
import type { Exchange, Peer, Reply } from '../../transport/exchange.js';

/** What every exchange has, whichever way it came: whoever wants to know how its answer fared. */
export abstract class PendingExchange implements Exchange {
  abstract readonly req: IncomingMessage;
  abstract readonly res: ServerResponse;
  abstract readonly upgrade: boolean;
  abstract readonly context: unknown;
  abstract readonly body: unknown;
  readonly path: string;
  readonly query: string;
  plan: unknown = undefined;
  #whenDone: ((sent: boolean) => void)[] | undefined;
  #settled = false;
  readonly #made = sessionEpoch();

  constructor(path: string, query: string) {
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
    res.once('finish', () => this.settle(res.statusCode === reply.status));
    res.once('close', () => this.settle(false));
  }
}

/** HTTP/2 has no `Host`. */
function authority(headers: IncomingMessage['headers']): string | undefined {
  return headers[':authority'] as string | undefined;
}
