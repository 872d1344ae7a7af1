import type { IncomingMessage, ServerResponse } from 'node:http';
import { keepShape } from '../../internal/kept-shapes.js';
import { HANDLED, NEXT, type Outcome, type Peer } from '../../transport/exchange.js';
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

  constructor(
    endpoint: Endpoint,
    visit: MountRequest,
    path: string,
    query: string,
    flight: UpgradeRequest | undefined,
  ) {
    super(endpoint, path, query);
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
    // The wraps on an upgrade's response are ours.
    if (this.#flight === undefined) {
      unwrapResponse(this.#visit.res);
      noteTaken(this.#visit.req.socket, this.#visit.res);
    }
    this.#visit.release?.();
  }

  /** Whether the application has answered already: then neither the endpoint nor the framework may. */
  get isAnswered(): boolean {
    // A sealed upgrade shows its response as sent.
    if (this.#flight?.isSealed || !this.refuseAnswered(this.res)) return false;
    this.settle(false);
    this.take();
    return true;
  }

  /** Notes what the endpoint decided, before the framework learns of it. */
  conclude(outcome: Outcome): Outcome {
    if (outcome === NEXT) this.#flight?.decline();
    else this.#flight?.keep();
    if (outcome === NEXT) return outcome;
    if (outcome === HANDLED) {
      // A middleware of the endpoint's own may have answered: the framework must not do it again.
      this.take();
      return outcome;
    }
    if (this.isAnswered) return HANDLED;
    this.guard(this.res);
    if (this.#taken) {
      // The framework has let go of the response.
      sendReply(this.res, outcome);
      return HANDLED;
    }
    if (outcome.status === 101) this.#flight?.grant(this.endpoint, this);
    else this.settleWith(this.res, outcome);
    return outcome;
  }
}

keepShape(new MountedExchange({} as Endpoint, {} as MountRequest, '/', '', undefined));
