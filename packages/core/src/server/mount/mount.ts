import type { ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { serverOf } from '../../internal/node-internals.js';
import { printable } from '../../internal/printable.js';
import { HANDLED, NEXT, type Outcome } from '../../transport/exchange.js';
import { noteSessionOf, releaseClosing } from '../http-server.js';
import {
  type Endpoint,
  type EstablishedRequests,
  HANDSHAKE_TIMEOUT,
  type MountOptions,
  type MountRequest,
  type RoutedMount,
} from './contracts.js';
import { BypassMount, EstablishedMount } from './direct.js';
import { Dispatcher, forgetServer, unwatchServers, watchServers } from './dispatcher.js';
import { DecisionTimeout, MountedExchange, showBody } from './exchange.js';
import { LearnedPaths, pathOf, queryOf } from './paths.js';
import { sendReply } from './reply.js';
import { upgrades } from './upgrade.js';

/** So much of a path is told. */
const MAX_QUOTED = 100;

/** A mount as it is bound to one of its HTTP servers. */
interface Bound {
  readonly endpoint: Endpoint;
  readonly handshakeTimeout: number;
  readonly establishedRequests: EstablishedRequests;
  serverClosing(closing: Server): Promise<void> | undefined;
  detach(server: Server): void;
  unreached(path: string): void;
}

/** Ties a mount to one HTTP server. */
class ServerBinding implements RoutedMount {
  readonly handshakeTimeout: number;
  readonly paths: LearnedPaths;
  readonly #server: Server;
  readonly #mount: Bound;
  /** Attached by hand: outlives a `close()` of the server. */
  permanent = false;
  readonly #established: EstablishedMount | undefined;
  #bypass: BypassMount | undefined = undefined;

  constructor(mount: Bound, server: Server) {
    this.#mount = mount;
    this.#server = server;
    this.handshakeTimeout = mount.handshakeTimeout;
    this.paths = new LearnedPaths(mount.endpoint);
    const dispatcher = Dispatcher.of(server);
    dispatcher.add(this);
    if (mount.establishedRequests !== 'direct') return;
    this.#established = new EstablishedMount(mount, this.paths);
    dispatcher.addFront(this.#established);
  }

  unreached(path: string): void {
    this.#mount.unreached(path);
  }

  takesBody(path: string, query: string): boolean {
    const below = this.paths.below(path, query);
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
    this.#mount.endpoint.serverClosed?.(this.#server);
    if (!this.permanent) this.#mount.detach(this.#server);
  }

  /** From now on requests come past the framework. */
  bypass(): void {
    if (this.#bypass !== undefined) return;
    this.#bypass = new BypassMount(this.#mount, this.paths);
    Dispatcher.of(this.#server).addFront(this.#bypass);
  }

  end(): void {
    const dispatcher = Dispatcher.of(this.#server);
    if (this.#bypass !== undefined) dispatcher.remove(this.#bypass);
    if (this.#established !== undefined) dispatcher.remove(this.#established);
    dispatcher.remove(this);
  }
}

/**
 * The place of an endpoint in a framework's routing. An adapter passes it each request (`enter`) and gives the answer in the
 * framework's own way; upgrades are led through the framework to the same place.
 *
 * Until it is told or sees which HTTP server is its own, it looks at every HTTP server of the process that gets a connection.
 */
export class MountPoint implements Bound {
  /** The protocol server that requests are led to. */
  readonly endpoint: Endpoint;
  /** Time that the framework has to answer an upgrade, and the application's own functions any request (ms). */
  readonly handshakeTimeout: number;
  /** The way that polls, posts and upgrades of open sessions take. */
  readonly establishedRequests: EstablishedRequests;
  readonly #decisionTimeout: DecisionTimeout;
  readonly #bindings = new Map<Server, ServerBinding>();
  #left = false;
  /** A request of some server has got here. */
  #reached = false;
  #told = false;
  /** @internal Called with the framework's request when the first one has got here. */
  onReached: ((context: unknown) => void) | undefined = undefined;

  constructor(endpoint: Endpoint, options: MountOptions = {}) {
    this.endpoint = endpoint;
    this.handshakeTimeout = options.handshakeTimeout ?? endpoint.handshakeTimeout ?? HANDSHAKE_TIMEOUT;
    this.establishedRequests = options.establishedRequests ?? endpoint.establishedRequests ?? 'framework';
    this.#decisionTimeout = new DecisionTimeout(this.handshakeTimeout);
    watchServers(this);
    endpoint.onClose?.(() => this.leave());
  }

  /** Names the HTTP server whose framework leads here. Others are no longer looked for. */
  attach(server: Server): this {
    this.join(server).permanent = true;
    unwatchServers(this);
    return this;
  }

  /** Serves upgrades of a server that may lead here. */
  join(server: Server): ServerBinding {
    let binding = this.#bindings.get(server);
    if (binding === undefined) {
      binding = new ServerBinding(this, server);
      this.#bindings.set(server, binding);
    }
    return binding;
  }

  /** WebSockets would keep a closing server open forever. Those of other servers go on. */
  serverClosing(closing: Server): Promise<void> | undefined {
    const alone = [...this.#bindings.keys()].every((server) => server === closing || !server.listening);
    return this.endpoint.serverClosing?.(closing, alone);
  }

  /**
   * For frameworks that answer nothing more as soon as they begin to close: from now on requests of its connections come past
   * them, so that these can end in good order.
   */
  takeOver(): void {
    for (const binding of this.#bindings.values()) binding.bypass();
  }

  /** The framework closes: takes its requests over, ends the connections in good order, and leaves. Its server may live on. */
  async close(): Promise<void> {
    this.takeOver();
    await this.endpoint.close();
    this.leave();
  }

  /** Tells the developer, once, that clients ask for the mount and do not get here. */
  unreached(path: string): void {
    if (this.#reached || this.#told) return;
    this.#told = true;
    const own = this.endpoint.path;
    this.endpoint.warn?.(
      'SIO_MOUNT_UNREACHED',
      `a client asked for ${printable(path.slice(0, MAX_QUOTED))} and got 404, for no request reaches socketio(): mount it before the handler that answers 404, and not at ${own}, which it adds itself`,
    );
  }

  /** For adapters: another mount stands behind this one at the same place, which the developer is told, once. */
  coversAnother(): void {
    if (this.#told) return;
    this.#told = true;
    this.endpoint.warn?.(
      'SIO_MOUNT_TWICE',
      `two mounts stand at ${this.endpoint.path}, and the first gets all requests: give one socketio() all namespaces, or another path`,
    );
  }

  /** No longer serves a server. */
  detach(server: Server): void {
    forgetServer(server);
    this.#bindings.get(server)?.end();
    this.#bindings.delete(server);
  }

  /** Leaves every server. The endpoint and its connections are not touched. */
  leave(): void {
    this.#left = true;
    unwatchServers(this);
    for (const server of [...this.#bindings.keys()]) {
      this.detach(server);
      // Applications close it next.
      if (server.listening) releaseClosing(server);
    }
  }

  /**
   * Takes a request that the framework has routed here. `NEXT`: hand on to the next handler. `HANDLED`: answer nothing. A reply
   * is to be given in the framework's own way, also one with status 101.
   */
  enter(request: MountRequest): Outcome | Promise<Outcome> {
    const { req, res, url } = request;
    const path = pathOf(url);
    if (!this.endpoint.claims(path)) return NEXT;
    if (req.method === 'POST') showBody(req);
    if (!this.#reached) {
      this.#reached = true;
      this.onReached?.(request.context);
    }
    const server = serverOf(req.socket);
    if (server !== undefined && !this.#left) {
      const binding = this.#bindings.get(server) ?? this.join(server);
      if (req.httpVersionMajor === 2) noteSessionOf(req, server);
      binding.paths.learn(pathOf(request.originalUrl), path);
    }
    const upgrade = upgrades.get(req);
    // Absolute targets have a scheme and a host in front of the path.
    const query = url.startsWith(path) ? url.slice(path.length + 1) : queryOf(url);
    const exchange = new MountedExchange(this.endpoint, request, path, query, upgrade);
    if ((res.headersSent || res.writableEnded) && exchange.refuseAnswered(res)) return HANDLED;
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = this.endpoint.handle(exchange);
    } catch (error) {
      // The framework's error answer is ours to give.
      upgrade?.keep();
      throw error;
    }
    if (!(outcome instanceof Promise)) return exchange.conclude(outcome);
    if (upgrade === undefined) return this.#decided(exchange, outcome);
    outcome.catch(() => upgrade.keep());
    return outcome.then((late) => exchange.conclude(late));
  }

  /**
   * The same for frameworks in the style of Connect: answers on Node's own response, or calls `next`, with what has failed if anything
   * has.
   */
  serve(request: MountRequest, next: (error?: unknown) => void): void {
    const outcome = this.enter(request);
    if (outcome instanceof Promise) void serveLate(request.res, outcome, next);
    else if (outcome === NEXT) next();
    else if (outcome !== HANDLED) sendReply(request.res, outcome);
  }

  #decided(exchange: MountedExchange, outcome: Promise<Outcome>): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const isInTime = this.#decisionTimeout.watch(exchange, (reply) => resolve(exchange.conclude(reply)));
      outcome.then(
        (late) => isInTime() && resolve(exchange.conclude(late)),
        (error: unknown) => isInTime() && reject(error),
      );
    });
  }
}

async function serveLate(
  res: ServerResponse,
  decision: Promise<Outcome>,
  next: (error?: unknown) => void,
): Promise<void> {
  try {
    const outcome = await decision;
    if (outcome === NEXT) next();
    else if (outcome !== HANDLED) sendReply(res, outcome);
  } catch (error) {
    next(error);
  }
}
