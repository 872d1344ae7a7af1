import type { IncomingMessage, ServerResponse } from 'node:http';
import { keepShape } from '../../internal/kept-shapes.js';
import { HANDLED, NEXT, type Outcome, type Peer, type Reply } from '../../transport/exchange.js';
import { consumedBody } from './consumed-body.js';
import type { Endpoint } from './endpoint.js';
import { PendingExchange } from './pending-exchange.js';
import { noteTaken, unwrapResponse } from './raw-response.js';
import { sendReply } from './reply.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** A request as a framework hands it to its mount. */
export interface MountRequest {
  /** Node's own request and response, however the framework wraps them. */
  readonly req: IncomingMessage;
  /** See {@link MountRequest.req}. */
  readonly res: ServerResponse;
  /** Request target below the mount, such as `/socket.io/?EIO=4`. */
  readonly url: string;
  /** Request target as the client sent it. */
  readonly originalUrl: string;
  /** The framework's request object: what `socket.request` will be. */
  readonly context: unknown;
  /** What the framework or a parser has made of the body. Ignored as long as nobody has read the request. */
  readonly body?: unknown;
  /** Who asks, by the framework's own trust in proxies. Without it the connection tells. */
  peer?(): Peer;
  /** Makes the framework forget about answering. Needed where it would answer after its handler returns. */
  release?(): void;
}

/** An exchange that came through a framework. */
export class MountedExchange extends PendingExchange {
  readonly #visit: MountRequest;
  readonly #flight: UpgradeRequest | undefined;
  #taken = false;

  constructor(visit: MountRequest, path: string, query: string, flight: UpgradeRequest | undefined) {
    super(path, query);
    this.#visit = visit;
    this.#flight = flight;
  }

  get req(): IncomingMessage {
    return this.#visit.req;
  }

  get res(): ServerResponse {
    return this.#visit.res;
  }

  get upgrade(): boolean {
    return this.#flight !== undefined;
  }

  get context(): unknown {
    return this.#visit.context;
  }

  get body(): unknown {
    return consumedBody(this.#visit.req, this.#visit.body);
  }

  override get peer(): Peer {
    return this.#visit.peer?.() ?? super.peer;
  }

  take(): void {
    if (this.#taken) return;
    this.#taken = true;
    this.#visit.release?.();
    // The wraps on an upgrade's response are ours.
    if (this.#flight !== undefined) return;
    unwrapResponse(this.#visit.res);
    noteTaken(this.#visit.req.socket, this.#visit.res);
  }

  /** Answers in the endpoint's place: past the framework where that has already let go of the response. */
  refuse(endpoint: Endpoint, reply: Reply): Outcome {
    if (!this.#taken) return this.conclude(endpoint, reply);
    sendReply(this.res, reply);
    return HANDLED;
  }

  /** Notes what the endpoint decided, before the framework learns of it. */
  conclude(endpoint: Endpoint, outcome: Outcome): Outcome {
    if (outcome === NEXT) this.#flight?.decline();
    else this.#flight?.keep();
    if (outcome === NEXT) return outcome;
    if (outcome === HANDLED) {
      // A middleware of the endpoint's own may have answered: the framework must not do it again.
      this.take();
      return outcome;
    }
    if (outcome.status === 101) this.#flight?.grant(endpoint, this);
    else this.settleWith(this.res, outcome);
    return outcome;
  }
}

keepShape(new MountedExchange({} as MountRequest, '/', '', undefined));
