import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Outcome, PASS, TAKEN } from '../../transport/exchange.js';
import { consumedBody } from './consumed-body.js';
import { DirectUpgrade } from './direct-upgrade.js';
import { type Direct, Dispatcher } from './dispatcher.js';
import type { Endpoint } from './endpoint.js';
import type { MountOptions } from './mount-point.js';
import { PendingExchange } from './pending-exchange.js';
import { unwrapResponse } from './raw-response.js';
import { sendReply, textReply } from './reply.js';
import { pathOf, queryOf } from './target.js';

/**
 * Puts an endpoint in front of whatever else listens on a plain HTTP server. It takes the requests and upgrades that it
 * claims; the others reach the listeners as ever, whenever these were added.
 *
 * @returns a function that takes it off again
 */
export function attachToServer(server: Server, endpoint: Endpoint, options: MountOptions = {}): () => void {
  const mount = new DirectMount(endpoint, options.handshakeTimeout ?? 20_000);
  const dispatcher = Dispatcher.of(server);
  dispatcher.addDirect(mount);
  return () => dispatcher.remove(mount);
}

class DirectMount implements Direct {
  readonly #endpoint: Endpoint;
  readonly #timeout: number;

  constructor(endpoint: Endpoint, timeout: number) {
    this.#endpoint = endpoint;
    this.#timeout = timeout;
  }

  claims(path: string): boolean {
    return this.#endpoint.claims(path);
  }

  clientError(error: Error, socket: Duplex): boolean {
    return this.#endpoint.clientError?.(error, socket) === true;
  }

  request(req: IncomingMessage, res: ServerResponse, passOn: () => void): void {
    const exchange = new DirectRequest(req, res);
    const conclude = (outcome: Outcome) => {
      if (outcome === PASS) passOn();
      else if (outcome !== TAKEN) {
        exchange.settleWith(res, outcome);
        sendReply(res, outcome);
      }
    };
    this.#ask(exchange, conclude);
  }

  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, passOn: () => void): void {
    const upgrade = new DirectUpgrade(this.#endpoint, { req, socket, head, timeout: this.#timeout }, passOn);
    if (!upgrade.board()) return;
    this.#ask(upgrade, (outcome) => upgrade.conclude(outcome));
    upgrade.watch();
  }

  /** Nobody stands behind us to catch what the endpoint throws. */
  #ask(exchange: PendingExchange, conclude: (outcome: Outcome) => void): void {
    const fail = (error: unknown) => {
      process.emitWarning(error instanceof Error ? error : String(error));
      conclude(textReply(500));
    };
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = this.#endpoint.handle(exchange);
    } catch (error) {
      fail(error);
      return;
    }
    if (outcome instanceof Promise) outcome.then(conclude, fail);
    else conclude(outcome);
  }
}

class DirectRequest extends PendingExchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly upgrade = false;

  constructor(req: IncomingMessage, res: ServerResponse) {
    const target = req.url ?? '/';
    super(pathOf(target), queryOf(target));
    this.req = req;
    this.res = res;
  }

  get context(): unknown {
    return this.req;
  }

  get body(): unknown {
    return consumedBody(this.req, undefined);
  }

  /** The endpoint's own middlewares may have wrapped it. */
  take(): void {
    unwrapResponse(this.res);
  }
}
