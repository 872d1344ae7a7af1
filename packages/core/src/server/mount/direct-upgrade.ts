import type { IncomingMessage, ServerResponse } from 'node:http';
import { keepShape } from '../../internal/kept-shapes.js';
import { HANDLED, NEXT, type Outcome, type Reply } from '../../transport/exchange.js';
import type { Endpoint } from './endpoint.js';
import { PendingExchange } from './pending-exchange.js';
import { destroyIt, headerLines, refuse, sendReply, textReply } from './reply.js';
import { pathOf, queryOf } from './target.js';
import { type FlightPlan, handOver, UpgradeRequest } from './upgrade-request.js';

/**
 * An upgrade with no framework in front: no response object is made for it, unless the endpoint asks for one because it has
 * middlewares of its own to run.
 */
export class DirectUpgrade extends PendingExchange {
  readonly upgrade = true;
  readonly body = undefined;
  readonly #plan: FlightPlan;
  readonly #passOn: () => void;
  #flight: UpgradeRequest | undefined;
  #timer: NodeJS.Timeout | undefined;
  #concluded = false;

  constructor(endpoint: Endpoint, plan: FlightPlan, passOn: () => void, path: string | undefined) {
    const target = plan.req.url ?? '/';
    super(endpoint, path ?? pathOf(target), queryOf(target));
    this.#plan = plan;
    this.#passOn = passOn;
  }

  get req(): IncomingMessage {
    return this.#plan.req;
  }

  get context(): unknown {
    return this.#plan.req;
  }

  /** A response that ends in the WebSocket, a refusal or an answer of its own. */
  get res(): ServerResponse {
    if (this.#flight === undefined) {
      this.#plan.socket.off('error', destroyIt);
      this.#flight = new UpgradeRequest(this.#plan);
      this.#flight.board();
      clearTimeout(this.#timer);
    }
    return this.#flight.res;
  }

  take(): void {}

  /** False, and the socket gone, when an earlier request on the connection still waits for its answer. */
  board(): boolean {
    const { socket } = this.#plan;
    if (!(socket as { _httpMessage?: unknown })._httpMessage) return true;
    socket.destroy();
    return false;
  }

  /** Looks after the socket, and sets a limit, when the endpoint does not answer at once. */
  watch(): void {
    if (this.#concluded || this.#flight !== undefined) return;
    this.#plan.socket.on('error', destroyIt);
    this.#timer = setTimeout(() => {
      this.settle(false);
      this.conclude(textReply(503));
    }, this.#plan.timeout).unref();
  }

  conclude(outcome: Outcome): void {
    if (this.#concluded) return;
    this.#concluded = true;
    clearTimeout(this.#timer);
    if (outcome === NEXT) this.#decline();
    else if (outcome !== HANDLED) this.#answer(outcome);
  }

  #decline(): void {
    this.#plan.socket.off('error', destroyIt);
    this.#passOn();
  }

  #answer(reply: Reply): void {
    const { socket, head } = this.#plan;
    if (this.#flight !== undefined) {
      this.#answerThrough(this.#flight, reply);
    } else if (socket.destroyed) {
      this.settle(false);
    } else if (reply.status === 101) {
      socket.off('error', destroyIt);
      this.settle(handOver(this.endpoint, this, socket, head, headerLines(reply.headers)));
    } else {
      refuse(socket, reply);
      this.settle(true);
    }
  }

  #answerThrough(flight: UpgradeRequest, reply: Reply): void {
    if (!flight.isSealed && this.refuseAnswered(flight.res)) {
      this.settle(false);
      return;
    }
    this.guard(flight.res);
    if (reply.status === 101) flight.grant(this.endpoint, this);
    else this.settleWith(flight.res, reply);
    sendReply(flight.res, reply);
  }
}

keepShape(new DirectUpgrade({} as Endpoint, { req: {} } as FlightPlan, () => {}, '/'));
