import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { keepShape } from '../../internal/kept-shapes.js';
import { hasUnfinishedResponse } from '../../internal/node-internals.js';
import { HANDLED, NEXT, type Outcome, type Reply } from '../../transport/exchange.js';
import {
  type Endpoint,
  type FrontMount,
  HANDSHAKE_TIMEOUT,
  type MountOptions,
  type RequestFront,
} from './contracts.js';
import { Dispatcher } from './dispatcher.js';
import { consumedBody, DecisionTimeout, PendingExchange } from './exchange.js';
import { type LearnedPaths, pathOf, queryOf } from './paths.js';
import { destroyIt, guardResponse, headerLines, refuse, sendReply, textReply, unwrapResponse } from './reply.js';
import { handOver, type UpgradePlan, UpgradeRequest } from './upgrade.js';

/**
 * Puts an endpoint in front of the other listeners of a plain HTTP server. It takes the requests and upgrades that it claims.
 * All others reach the listeners as before, whether these were added earlier or later.
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
  dispatcher.addFront(mount);
  return () => dispatcher.remove(mount);
}

/** Whether another endpoint on the HTTP server gets the requests that this one is for. */
export function isPathTaken(server: Server, endpoint: Endpoint): boolean {
  const front = Dispatcher.of(server).frontFor(endpoint.path, '');
  return front instanceof DirectMount && !front.retired && !front.serves(endpoint);
}

/** Requests on their way through a wrapped {@link RequestFront}, and how they reach the other listeners. */
const passing = new WeakMap<IncomingMessage, () => void>();

/** How a request reaches the other listeners of the HTTP server that it came from, if it came through us. */
export function passOnOf(req: IncomingMessage): (() => void) | undefined {
  return passing.get(req);
}

/** An endpoint with no framework in front. */
export class DirectMount implements FrontMount {
  readonly #endpoint: Endpoint;
  readonly #timeout: number;
  readonly #decisionTimeout: DecisionTimeout;
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
    this.#decisionTimeout = new DecisionTimeout(timeout);
  }

  claims(path: string, _query: string): boolean {
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

  /** @param path instead of the request's own. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, passOn: () => void, path?: string): void {
    const front = this.#front;
    if (front !== undefined && Object.hasOwn(front, 'handleUpgrade')) {
      passing.set(req, passOn);
      front.handleUpgrade(req, socket, head);
      return;
    }
    // Node would mix the answers.
    if (hasUnfinishedResponse(socket)) {
      socket.destroy();
      return;
    }
    const plan = { req, socket, head, timeout: this.#timeout };
    const upgrade = new DirectUpgrade(this.#endpoint, plan, passOn, path ?? this.#pathFor(req));
    this.#ask(upgrade);
    upgrade.watch();
  }

  /** Where the HTTP server has listeners of the application, paths that are not exactly ours are theirs. */
  #pathFor({ url = '/' }: IncomingMessage): string | undefined {
    const path = this.#endpoint.pathFor?.(pathOf(url), queryOf(url));
    return path !== undefined && this.#server?.listenerCount('request') === 0 ? path : undefined;
  }

  /** No framework is there to catch what the endpoint throws. */
  #ask(exchange: DirectRequest | DirectUpgrade): void {
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = this.#endpoint.handle(exchange);
    } catch (error) {
      exchange.conclude(failed(exchange, error));
      return;
    }
    if (!(outcome instanceof Promise)) return exchange.conclude(outcome);
    const isInTime = exchange.upgrade
      ? always
      : this.#decisionTimeout.watch(exchange, (reply) => exchange.conclude(reply));
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

/** A mount in a framework's routing. */
interface Routed {
  readonly endpoint: Endpoint;
  /** In milliseconds. */
  readonly handshakeTimeout: number;
}

/** Where a mount in a framework's routing has been seen, without that routing. */
export class BypassMount implements FrontMount {
  readonly retired = false;
  readonly #direct: DirectMount;
  readonly #paths: LearnedPaths;

  constructor(mount: Routed, paths: LearnedPaths) {
    this.#direct = new DirectMount(mount.endpoint, mount.handshakeTimeout);
    this.#paths = paths;
  }

  claims(path: string, query: string): boolean {
    return this.#paths.below(path, query) !== undefined;
  }

  request(req: IncomingMessage, res: ServerResponse, passOn: () => void): void {
    this.#direct.request(req, res, passOn, this.#below(req));
  }

  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, passOn: () => void): void {
    this.#direct.upgrade(req, socket, head, passOn, this.#below(req));
  }

  clientError(): boolean {
    return false;
  }

  #below({ url = '/' }: IncomingMessage): string | undefined {
    return this.#paths.below(pathOf(url), queryOf(url));
  }
}

/**
 * The same for requests of open sessions alone. Their paths have been learned from requests that the framework has led to the mount;
 * a session's id under any other path opens nothing.
 */
export class EstablishedMount implements FrontMount {
  readonly retired = false;
  readonly #endpoint: Endpoint;
  readonly #direct: DirectMount;
  readonly #paths: LearnedPaths;

  constructor(mount: Routed, paths: LearnedPaths) {
    this.#endpoint = mount.endpoint;
    this.#direct = new DirectMount(mount.endpoint, mount.handshakeTimeout);
    this.#paths = paths;
  }

  claims(path: string, query: string, req?: IncomingMessage): boolean {
    if (req === undefined) return false;
    const below = this.#paths.learned(path);
    return below !== undefined && this.#endpoint.takesDirectly?.(req, below, query) === true;
  }

  request(req: IncomingMessage, res: ServerResponse, passOn: () => void): void {
    this.#direct.request(req, res, passOn, this.#paths.learned(pathOf(req.url ?? '/')));
  }

  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, passOn: () => void): void {
    this.#direct.upgrade(req, socket, head, passOn, this.#paths.learned(pathOf(req.url ?? '/')));
  }

  clientError(): boolean {
    return false;
  }
}

/** A request with no framework in front. */
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
    if (this.refuseAnswered(this.res)) return;
    if (!guardResponse(this.res, this)) return;
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

/**
 * An upgrade with no framework in front: no response object is made for it, unless the endpoint asks for one because it has
 * middlewares of its own to run.
 */
class DirectUpgrade extends PendingExchange {
  readonly upgrade = true;
  readonly body = undefined;
  readonly #plan: UpgradePlan;
  readonly #passOn: () => void;
  #request: UpgradeRequest | undefined;
  #timer: NodeJS.Timeout | undefined;
  #concluded = false;

  constructor(endpoint: Endpoint, plan: UpgradePlan, passOn: () => void, path: string | undefined) {
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
    if (this.#request === undefined) {
      this.#plan.socket.off('error', destroyIt);
      this.#request = new UpgradeRequest(this.#plan);
      clearTimeout(this.#timer);
    }
    return this.#request.res;
  }

  take(): void {}

  /** Looks after the socket, and sets a limit, when the endpoint does not answer at once. */
  watch(): void {
    if (this.#concluded || this.#request !== undefined) return;
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
    if (outcome === NEXT) {
      this.#plan.socket.off('error', destroyIt);
      this.#passOn();
    } else if (outcome !== HANDLED) {
      if (this.#request === undefined) this.#answer(outcome);
      else this.#answerThrough(this.#request, outcome);
    }
  }

  #answer(reply: Reply): void {
    const { socket, head } = this.#plan;
    if (socket.destroyed) {
      this.settle(false);
    } else if (reply.status === 101) {
      socket.off('error', destroyIt);
      handOver(this, socket, head, headerLines(reply.headers));
    } else {
      refuse(socket, reply);
      this.settle(true);
    }
  }

  #answerThrough(request: UpgradeRequest, reply: Reply): void {
    if (!request.isDecided && this.refuseAnswered(request.res)) return;
    if (!guardResponse(request.res, this)) return;
    if (reply.status === 101) request.keep(this);
    else this.settleWith(request.res, reply);
    sendReply(request.res, reply);
  }
}

keepShape(new DirectRequest({} as Endpoint, {} as IncomingMessage, {} as ServerResponse, () => {}, '/'));
keepShape(new DirectUpgrade({} as Endpoint, { req: {} } as UpgradePlan, () => {}, '/'));
