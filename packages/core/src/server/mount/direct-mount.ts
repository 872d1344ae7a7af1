import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { keepShape } from '../../internal/kept-shapes.js';
import { HANDLED, NEXT, type Outcome, type Reply } from '../../transport/exchange.js';
import { consumedBody } from './consumed-body.js';
import { DecisionTimeout, HANDSHAKE_TIMEOUT } from './decision-timeout.js';
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
export function attachToServer(
  server: Server,
  endpoint: Endpoint,
  options: MountOptions = {},
  front?: RequestFront,
): () => void {
  const mount = new DirectMount(endpoint, options.handshakeTimeout, front, server);
  const dispatcher = Dispatcher.of(server);
  dispatcher.addDirect(mount);
  return () => dispatcher.remove(mount);
}

/** Whether another endpoint on the HTTP server gets the requests that this one is for. */
export function isPathTaken(server: Server, endpoint: Endpoint): boolean {
  const direct = Dispatcher.of(server).directFor(endpoint.path);
  return direct instanceof DirectMount && !direct.retired && !direct.serves(endpoint);
}

/** Where applications wrap the handling of requests: `io.engine`. */
export interface RequestFront {
  handleRequest(req: IncomingMessage, res: ServerResponse): void;
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Requests on their way through a wrapped {@link RequestFront}, and how they reach the other listeners. */
const passing = new WeakMap<IncomingMessage, () => void>();

/** How a request reaches the other listeners of the HTTP server that it came from, if it came through us. */
export function passOnOf(req: IncomingMessage): (() => void) | undefined {
  return passing.get(req);
}

export class DirectMount implements Direct {
  readonly #endpoint: Endpoint;
  readonly #timeout: number;
  readonly #inTime: DecisionTimeout;
  readonly #front: RequestFront | undefined;
  readonly #server: Server | undefined;

  /**
   * @param timeout in milliseconds
   * @param front sees every request first where an application has wrapped its methods
   * @param server that requests come from
   */
  constructor(
    endpoint: Endpoint,
    timeout: number = endpoint.handshakeTimeout ?? HANDSHAKE_TIMEOUT,
    front?: RequestFront,
    server?: Server,
  ) {
    this.#endpoint = endpoint;
    this.#front = front;
    this.#server = server;
    this.#timeout = timeout;
    this.#inTime = new DecisionTimeout(timeout);
  }

  claims(path: string): boolean {
    return this.#endpoint.claims(path);
  }

  get retired(): boolean {
    return this.#endpoint.closed === true;
  }

  serves(endpoint: Endpoint): boolean {
    return this.#endpoint === endpoint;
  }

  clientError(error: Error, socket: Duplex): boolean {
    return this.#endpoint.clientError?.(error, socket) === true;
  }

  /** @param path instead of the request's own. */
  request(req: IncomingMessage, res: ServerResponse, passOn: () => void, path?: string): void {
    const front = this.#front;
    if (front !== undefined && Object.hasOwn(front, 'handleRequest')) {
      passing.set(req, passOn);
      front.handleRequest(req, res);
    } else this.#ask(new DirectRequest(this.#endpoint, req, res, passOn, path ?? this.#pathFor(req)));
  }

  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, passOn: () => void, path?: string): void {
    const front = this.#front;
    if (front !== undefined && Object.hasOwn(front, 'handleUpgrade')) {
      passing.set(req, passOn);
      front.handleUpgrade(req, socket, head);
      return;
    }
    const incoming = { req, socket, head, timeout: this.#timeout };
    const upgrade = new DirectUpgrade(this.#endpoint, incoming, passOn, path ?? this.#pathFor(req));
    if (!upgrade.board()) return;
    this.#ask(upgrade);
    upgrade.watch();
  }

  /** Where the HTTP server has listeners of the application, paths that are not exactly ours are theirs. */
  #pathFor({ url = '/' }: IncomingMessage): string | undefined {
    const path = this.#endpoint.pathFor?.(pathOf(url), queryOf(url));
    return path !== undefined && this.#server?.listenerCount('request') === 0 ? path : undefined;
  }

  /** Nothing stands behind us to catch what the endpoint throws. */
  #ask(exchange: DirectRequest | DirectUpgrade): void {
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = this.#endpoint.handle(exchange);
    } catch (error) {
      exchange.conclude(failed(exchange, error));
      return;
    }
    if (!(outcome instanceof Promise)) return exchange.conclude(outcome);
    const isInTime = exchange.upgrade ? always : this.#inTime.watch(exchange, (reply) => exchange.conclude(reply));
    const conclude = (late: Outcome) => {
      if (isInTime()) exchange.conclude(late);
    };
    outcome.then(conclude, (error: unknown) => conclude(failed(exchange, error)));
  }
}

const always = () => true;

function failed(exchange: DirectRequest | DirectUpgrade, error: unknown): Reply {
  exchange.failed(error, 'request');
  return textReply(500);
}

class DirectRequest extends PendingExchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly upgrade = false;
  readonly #passOn: () => void;

  constructor(
    endpoint: Endpoint,
    req: IncomingMessage,
    res: ServerResponse,
    passOn: () => void,
    path: string | undefined,
  ) {
    const target = req.url ?? '/';
    super(endpoint, path ?? pathOf(target), queryOf(target));
    this.req = req;
    this.res = res;
    this.#passOn = passOn;
  }

  conclude(outcome: Outcome): void {
    if (outcome === NEXT) this.#passOn();
    else if (outcome !== HANDLED) this.#answer(outcome);
  }

  #answer(reply: Reply): void {
    if (this.refuseAnswered(this.res)) {
      this.settle(false);
      return;
    }
    this.guard(this.res);
    this.settleWith(this.res, reply);
    sendReply(this.res, reply);
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

keepShape(new DirectRequest({} as Endpoint, {} as IncomingMessage, {} as ServerResponse, () => {}, '/'));
