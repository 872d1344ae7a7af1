import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { HANDLED, NEXT, type Outcome } from '../../transport/exchange.js';
import { BypassMount } from './bypass-mount.js';
import { DecisionTimeout, HANDSHAKE_TIMEOUT } from './decision-timeout.js';
import { Dispatcher, type Routed } from './dispatcher.js';
import type { Endpoint } from './endpoint.js';
import { settle, watchServers } from './first-contact.js';
import { showBody } from './hidden-body.js';
import { MountedExchange, type MountRequest } from './mounted-exchange.js';
import { LearnedPaths, type PathOwnership } from './path-ownership.js';
import { pathOf, queryOf } from './target.js';
import { flightOf, type UpgradeRequest } from './upgrade-request.js';

/** How a mount behaves. */
export interface MountOptions {
  /**
   * Time that middlewares of the framework have to answer an upgrade, and the application's own functions any request. Then it is
   * refused with 503.
   * @unit ms
   * @default 20000
   */
  handshakeTimeout?: number | undefined;
}

/** What ties a mount to one HTTP server. */
class ServerBinding implements Routed {
  readonly handshakeTimeout: number;
  readonly paths: LearnedPaths;
  readonly #server: Server;
  readonly #mount: MountPoint;
  /** Attached by hand: outlives a `close()` of the server. */
  permanent = false;
  #takenOver: BypassMount | undefined = undefined;

  constructor(mount: MountPoint, server: Server) {
    this.#mount = mount;
    this.#server = server;
    this.handshakeTimeout = mount.handshakeTimeout;
    this.paths = new LearnedPaths(mount.endpoint);
    Dispatcher.of(server).add(this);
  }

  standing(path: string): PathOwnership {
    return this.paths.ownership(path);
  }

  takesBody(target: string): boolean {
    const query = queryOf(target);
    const below = this.paths.below(pathOf(target), query);
    if (below === undefined) return false;
    const { endpoint } = this.#mount;
    if (endpoint.takesBody !== undefined) return endpoint.takesBody(below, query);
    return below === endpoint.path || below === `${endpoint.path}/`;
  }

  clientError(error: Error, socket: Duplex): boolean {
    return this.#mount.endpoint.clientError?.(error, socket) === true;
  }

  serverClosing(): Promise<void> | undefined {
    return this.permanent || this.paths.isKnown ? this.#mount.serverClosing(this.#server) : undefined;
  }

  serverClosed(): void {
    if (!this.permanent) this.#mount.detach(this.#server);
  }

  takeOver(): void {
    if (this.#takenOver !== undefined) return;
    this.#takenOver = new BypassMount(this.#mount, this.paths);
    Dispatcher.of(this.#server).addDirect(this.#takenOver);
  }

  end(): void {
    const dispatcher = Dispatcher.of(this.#server);
    if (this.#takenOver !== undefined) dispatcher.remove(this.#takenOver);
    dispatcher.remove(this);
  }
}

/**
 * Where an endpoint sits in a framework's routing. An adapter passes it each request (`enter`) and gives the answer in the
 * framework's own way; upgrades are led through the framework to the same place.
 *
 * Until it is told or sees which HTTP server is its own, it looks at every HTTP server of the process that gets a connection.
 */
export class MountPoint {
  /** What requests are led to. */
  readonly endpoint: Endpoint;
  /** Time that the framework has to answer an upgrade, and the application's own functions any request (ms). */
  readonly handshakeTimeout: number;
  readonly #inTime: DecisionTimeout;
  readonly #tenancies = new Map<Server, ServerBinding>();
  #left = false;

  constructor(endpoint: Endpoint, options: MountOptions = {}) {
    this.endpoint = endpoint;
    this.handshakeTimeout = options.handshakeTimeout ?? endpoint.handshakeTimeout ?? HANDSHAKE_TIMEOUT;
    this.#inTime = new DecisionTimeout(this.handshakeTimeout);
    watchServers(this);
    endpoint.onClose?.(() => this.leave());
  }

  /** Names the HTTP server whose framework leads here. Others are no longer looked for. */
  attach(server: Server): this {
    this.join(server).permanent = true;
    settle(this);
    return this;
  }

  /** Serves upgrades of a server that may lead here. */
  join(server: Server): ServerBinding {
    let tenancy = this.#tenancies.get(server);
    if (tenancy === undefined) {
      tenancy = new ServerBinding(this, server);
      this.#tenancies.set(server, tenancy);
    }
    return tenancy;
  }

  /** WebSockets would hold a closing server open for ever. */
  serverClosing(closing: Server): Promise<void> | undefined {
    for (const server of this.#tenancies.keys()) if (server !== closing && server.listening) return undefined;
    return this.endpoint.serverClosing?.();
  }

  /**
   * For frameworks that answer nothing more as soon as they begin to close: from now on requests of its connections come past
   * them, so that these can end in good order.
   */
  takeOver(): void {
    for (const tenancy of this.#tenancies.values()) tenancy.takeOver();
  }

  /** No longer serves a server. */
  detach(server: Server): void {
    this.#tenancies.get(server)?.end();
    this.#tenancies.delete(server);
  }

  /** Leaves every server. The endpoint and its connections are not touched. */
  leave(): void {
    this.#left = true;
    settle(this);
    for (const server of [...this.#tenancies.keys()]) this.detach(server);
  }

  /**
   * Takes a request that the framework has routed here. `PASS`: hand on to the next handler. `TAKEN`: answer nothing. A reply
   * is to be given in the framework's own way, also one with status 101.
   */
  enter(visit: MountRequest): Outcome | Promise<Outcome> {
    const path = pathOf(visit.url);
    if (!this.endpoint.claims(path)) return NEXT;
    showBody(visit.req);
    this.#learn(visit, path);
    const flight = flightOf(visit.req);
    const exchange = new MountedExchange(this.endpoint, visit, path, queryOf(visit.url), flight);
    if (exchange.isAnswered) return HANDLED;
    const outcome = handled(this.endpoint, exchange, flight);
    if (!(outcome instanceof Promise)) return exchange.conclude(outcome);
    if (flight !== undefined) return outcome.then((late) => exchange.conclude(late));
    return this.#decided(exchange, outcome);
  }

  #decided(exchange: MountedExchange, outcome: Promise<Outcome>): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const isInTime = this.#inTime.watch(exchange, (reply) => resolve(exchange.conclude(reply)));
      outcome.then(
        (late) => isInTime() && resolve(exchange.conclude(late)),
        (error: unknown) => isInTime() && reject(error),
      );
    });
  }

  #learn(visit: MountRequest, path: string): void {
    const { server } = visit.req.socket as { server?: Server };
    if (server === undefined || this.#left) return;
    this.join(server).paths.learn(pathOf(visit.originalUrl), path);
  }
}

/** What the endpoint answers. If it fails, the framework's error answer is ours to give. */
function handled(
  endpoint: Endpoint,
  exchange: MountedExchange,
  flight: UpgradeRequest | undefined,
): Outcome | Promise<Outcome> {
  try {
    const outcome = endpoint.handle(exchange);
    if (outcome instanceof Promise) outcome.catch(() => flight?.keep());
    return outcome;
  } catch (error) {
    flight?.keep();
    throw error;
  }
}
