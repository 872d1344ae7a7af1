import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isThenable } from '../../internal/events/lazy-emitter.js';
import { CLIENT_GONE, FORWARDED, LEAVING, RELEASE, wasForwarded } from '../../internal/http/forwarded.js';
import { namesSession, rawHeader, withQuery } from '../../internal/http/request.js';
import type { SessionRouter } from '../../internal/http/session-router.js';
import { serverOf } from '../../internal/node-internals.js';
import type { Logger } from '../../namespace/events/reporter.js';
import { type Exchange, HANDLED, NEXT, type Outcome } from '../../transport/exchange.js';
import { SOCKET_TRANSPORTS } from '../../transport/kinds.js';
import { answerFlash } from '../../transport/streams/flash-policy.js';
import type { WebSocketAcceptor } from '../../transport/websocket/acceptor.js';
import type { WebTransportSession } from '../../transport/webtransport/webtransport.js';
import type { ProtocolHandler } from '../../virtual-socket/dialect.js';
import type { Engine } from '../../virtual-socket/engine.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import type { Endpoint, EstablishedRequests } from '../mount/contracts.js';
import { belongsOnSwitch, headerLines } from '../mount/reply.js';
import type { Warn, WarningCode } from '../options/warnings.js';
import { Departures } from '../shutdown/departures.js';
import type { ServedFiles } from '../static/served-files.js';
import { ForwardedUpgrade, Forwarder } from './forward.js';
import { Hints } from './hints.js';
import type { HostCheck } from './hosts.js';
import { type EngineMiddleware, endAnswer, hasAnswer, runMiddlewares } from './middlewares.js';
import { isForeignPage, type OriginCheck, originHint, originOfScript, originOfSilentPage } from './origin.js';

/** The parts of an endpoint. */
export interface EndpointParts {
  /** Without a trailing slash. */
  readonly path: string;
  readonly engine: Engine;
  readonly handlers: readonly ProtocolHandler[];
  /** Undefined: to every host. */
  readonly answersTo: HostCheck | undefined;
  readonly mayConnect: OriginCheck;
  /** Sets CORS headers and answers preflights. */
  readonly cors: EngineMiddleware | undefined;
  /** Connect-style middlewares, the list itself: it may still grow. */
  readonly middlewares: readonly EngineMiddleware[];
  /** Asked in this order. */
  readonly clientFiles: readonly ServedFiles[];
  readonly webSockets: WebSocketAcceptor;
  /** The policy file for Flash sockets, if it is served on the HTTP port. */
  readonly flashPolicy: string | undefined;
  /** Time (ms) that code of the application has for an answer. */
  readonly handshakeTimeout: number;
  readonly establishedRequests: EstablishedRequests;
  readonly logger: Logger;
  /** An HTTP server is to be closed. @returns what it has to wait for. */
  serverClosing(server: Server, alone: boolean): Promise<void> | undefined;
  serverClosed(server: Server): void;
  close(): Promise<void>;
  /** Tells the developer of a mistake that is not refused. */
  readonly warn: Warn;
}

/** The query of a client of Engine.IO. */
const ENGINE_QUERY = /(?:^|&)transport=/;

const PLAIN = Object.freeze({ 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' });
const FORBIDDEN_HOST = 'This server does not answer to this host';
const HUNG_UP = 'the client has hung up while another server passed its poll on';
const HUNG_UP_REPLY: Outcome = Object.freeze({ status: 400, headers: Object.freeze({}), body: '' });
const FORBIDDEN_ORIGIN = 'This origin is not allowed to connect: see the option allowedOrigins';

/** The server as a mount sees it: decides below the mount whose a request is, and accepts WebSockets. */
export class ProtocolEndpoint implements Endpoint {
  readonly path: string;
  readonly handshakeTimeout: number;
  readonly establishedRequests: EstablishedRequests;
  readonly #mounts: (() => void)[] = [];
  readonly #parts: EndpointParts;
  readonly #hints: Hints;
  /** Origins of pages that are known to have read the id of their session, if nothing else allows them. */
  readonly #owners = new WeakMap<object, string>();
  readonly #prefix: string;
  #ownForwarder: Forwarder | undefined = undefined;
  #ownDepartures: Departures | undefined = undefined;

  constructor(parts: EndpointParts) {
    this.path = parts.path;
    this.handshakeTimeout = parts.handshakeTimeout;
    this.establishedRequests = parts.establishedRequests;
    this.#prefix = `${parts.path}/`;
    this.#parts = parts;
    this.#hints = new Hints(parts.logger);
  }

  get closed(): boolean {
    return this.#parts.engine.closed;
  }

  claims(path: string): boolean {
    return path.startsWith(this.#prefix) || path === this.path;
  }

  /** Whatever is posted to an handler belongs to a connection. */
  takesBody(path: string, query: string): boolean {
    return this.#parts.handlers.some((handler) => handler.claims(path, query));
  }

  isEstablished(path: string, query: string): boolean {
    return this.#parts.handlers.some((handler) => {
      if (!handler.claims(path, query)) return false;
      const sid = handler.sessionIdOf?.(path, query);
      return sid !== undefined && this.#parts.engine.connections.has(sid);
    });
  }

  takesDirectly(req: IncomingMessage, path: string, query: string): boolean {
    if ((req.method !== 'GET' && req.method !== 'POST') || !this.isEstablished(path, query)) return false;
    const { answersTo, cors } = this.#parts;
    const host = rawHeader(req, 'host') ?? rawHeader(req, ':authority');
    // A framework that trusts its proxy may know another name.
    if (answersTo !== undefined && !answersTo(host)) return false;
    // The framework may set the headers without which a foreign page cannot read the answer.
    return cors !== undefined || !isForeignPage(req, host);
  }

  pathFor(path: string, query: string): string | undefined {
    const { handlers, clientFiles, engine } = this.#parts;
    if (!path.startsWith(this.#prefix) || !ENGINE_QUERY.test(query)) return undefined;
    if (handlers.some((handler) => handler.claims(path, query))) return undefined;
    const name = path.slice(this.#prefix.length);
    return clientFiles.some((files) => files.has(name)) ? undefined : engine.opts.path;
  }

  handle(exchange: Exchange): Outcome | Promise<Outcome> {
    const { middlewares, cors, answersTo, engine, handlers } = this.#parts;
    let handler: ProtocolHandler | undefined;
    for (const each of handlers) {
      if (!each.claims(exchange.path, exchange.query)) continue;
      handler = each;
      break;
    }
    exchange.handler = handler;
    const router = engine.cluster?.adapter.sessionRouter;
    if (router !== undefined && handler !== undefined) {
      engine.requestServer = serverOf(exchange.req.socket) ?? engine.requestServer;
      const elsewhere = this.#elsewhere(exchange, handler, router);
      if (elsewhere !== undefined) return elsewhere;
    }
    if (handler === undefined && this.#filesFor(exchange) === undefined) return NEXT;
    if (answersTo !== undefined && !answersTo(exchange.peer.host)) return this.#unknownHost(exchange, handler);
    if (cors !== undefined && !exchange.upgrade) {
      // A preflight is answered right here.
      if (exchange.req.method === 'OPTIONS') exchange.take();
      return this.#throughMiddlewares([cors, ...middlewares], exchange, handler);
    }
    if (middlewares.length > 0) return this.#throughMiddlewares(middlewares, exchange, handler);
    return this.#admit(exchange, handler);
  }

  /** Passes a request on to the server that its session lives on. */
  #elsewhere(
    exchange: Exchange,
    handler: ProtocolHandler,
    router: SessionRouter,
  ): Outcome | Promise<Outcome> | undefined {
    const sid = handler.sessionIdOf?.(exchange.path, exchange.query);
    if (sid === undefined) return undefined;
    const { engine } = this.#parts;
    const { req, upgrade } = exchange;
    const conn = engine.connections.get(sid);
    const word = req.headers[FORWARDED];
    if (word === CLIENT_GONE || word === RELEASE || word === LEAVING) return this.#told(word, conn);
    if (conn !== undefined || wasForwarded(req)) return undefined;
    const place = router.locate(sid);
    if (typeof place !== 'object') {
      const known = place === 'unknown' ? router.known?.(sid) : undefined;
      // The client may have hung up meanwhile.
      return known?.then(() => (req.socket.destroyed ? HUNG_UP_REPLY : this.handle(exchange)));
    }
    const declined = upgrade && engine.isLeaving(serverOf(req.socket)) ? handler.declineUpgrade?.(exchange) : undefined;
    return declined ?? this.#forwarder.pass(exchange, place);
  }

  /** The server in between says something about a session of this one. */
  #told(word: typeof CLIENT_GONE | typeof RELEASE | typeof LEAVING, conn: VirtualSocket | undefined): Outcome {
    if (conn !== undefined && conn.readyState !== 'closed') {
      const { transport } = conn;
      const isSocket = SOCKET_TRANSPORTS.has(transport.name);
      if (word === LEAVING) this.#departures.add(conn);
      else if (word === RELEASE && transport.streaming && !isSocket) this.#departures.add(conn);
      else if (word === RELEASE && transport.writable && !isSocket) transport.sendAll([conn.dialect.noop], false);
      else if (word === CLIENT_GONE && !isSocket) conn.fail('transport close', new Error(HUNG_UP));
    }
    return { status: 200, headers: {}, body: '' };
  }

  /** Most servers have no session whose connection leads through another server. */
  get #departures(): Departures {
    this.#ownDepartures ??= new Departures(this.#parts.engine);
    return this.#ownDepartures;
  }

  /** Most servers pass nothing on. */
  get #forwarder(): Forwarder {
    if (this.#ownForwarder === undefined) {
      const { engine } = this.#parts;
      const forwarder = new Forwarder(engine);
      this.#ownForwarder = forwarder;
      engine.closing.push(() => void engine.passages.emptied().then(() => forwarder.close()));
    }
    return this.#ownForwarder;
  }

  #filesFor({ path }: Exchange): ServedFiles | undefined {
    const name = path.slice(this.#prefix.length);
    return this.#parts.clientFiles.find((files) => files.has(name));
  }

  async #throughMiddlewares(
    middlewares: readonly EngineMiddleware[],
    exchange: Exchange,
    handler: ProtocolHandler | undefined,
  ): Promise<Outcome> {
    try {
      const { req, res } = exchange;
      if (middlewares.length > 0) withQuery(req);
      const passed = () => this.#admit(exchange, handler);
      const failed = (error: unknown) => exchange.failed(error, 'middleware');
      return (await runMiddlewares(middlewares, req, res, passed, failed)) ?? HANDLED;
    } catch (error) {
      if (hasAnswer(exchange.res)) {
        endAnswer(exchange.res);
        return HANDLED;
      }
      const context = { name: 'MIDDLEWARE_FAILURE', error };
      this.#parts.engine.refused({ req: exchange.req, code: 3, message: 'Bad request', context });
      return handler?.refuse(exchange, 'middleware') ?? { status: 400, headers: {}, body: '' };
    }
  }

  #admit(exchange: Exchange, handler: ProtocolHandler | undefined): Outcome | Promise<Outcome> {
    if (handler === undefined) {
      return this.#filesFor(exchange)?.serve(exchange, exchange.path.slice(this.#prefix.length)) ?? NEXT;
    }
    const { req } = exchange;
    let origin = rawHeader(req, 'origin');
    if (origin === undefined) {
      if (!exchange.upgrade && handler.answersScript(exchange)) origin = originOfScript(req.headers);
      // Only browsers say so.
      else if (rawHeader(req, 'sec-fetch-site') !== undefined) origin = originOfSilentPage(req);
    }
    // Most requests name none.
    if (origin === undefined) return handler.handle(exchange);
    const broken = (error: unknown) => {
      this.#failed('origin')(error);
      return false;
    };
    let allowed: boolean | PromiseLike<boolean>;
    try {
      allowed = this.#parts.mayConnect(origin, exchange.peer.host, req);
    } catch (error) {
      allowed = broken(error);
    }
    if (!isThenable(allowed)) return this.#judged(exchange, handler, origin, allowed);
    return Promise.resolve(allowed)
      .catch(broken)
      .then((late) => this.#judged(exchange, handler, origin, late));
  }

  #judged(exchange: Exchange, handler: ProtocolHandler, origin: string, allowed: boolean): Outcome | Promise<Outcome> {
    if (allowed === true || this.#hasRead(exchange, handler)) return handler.handle(exchange);
    return this.#foreign(exchange, handler, origin);
  }

  /**
   * Whether the page has read the answer to the handshake, which browsers keep from pages of other origins: it knows the session's id.
   * So the application's own page gets in behind a proxy that gives us another `Host`, where its handshake, as any `GET`
   * to its own origin, names none. From then on the session belongs to the origin that has spoken first.
   */
  #hasRead(exchange: Exchange, handler: ProtocolHandler): boolean {
    const origin = rawHeader(exchange.req, 'origin');
    const sid = handler.sessionIdOf?.(exchange.path, exchange.query);
    const conn = sid === undefined ? undefined : this.#parts.engine.connections.get(sid);
    if (origin === undefined || conn === undefined) return false;
    const owner = this.#owners.get(conn) ?? conn.requestFacts.headers.origin;
    if (owner !== undefined) return owner === origin;
    this.#owners.set(conn, origin);
    return true;
  }

  #unknownHost(exchange: Exchange, handler: ProtocolHandler | undefined): Outcome {
    const { host } = exchange.peer;
    const context = { name: 'FORBIDDEN_HOST', host };
    this.#parts.engine.refused({ req: exchange.req, code: 4, message: FORBIDDEN_HOST, context });
    this.#hints.tell(
      `host ${host}`,
      () => `a request for the host ${host} was refused, which allowedHosts does not list`,
    );
    return handler?.refuse(exchange, 'host') ?? { status: 403, headers: PLAIN, body: FORBIDDEN_HOST };
  }

  #failed(what: string): (error: unknown) => void {
    return (error) => this.failed(error, what);
  }

  #foreign(exchange: Exchange, handler: ProtocolHandler, origin: string): Outcome {
    this.#hints.tell(`origin ${origin}`, () => originHint(origin, exchange));
    const context = { name: 'FORBIDDEN_ORIGIN', origin };
    this.#parts.engine.refused({ req: exchange.req, code: 4, message: FORBIDDEN_ORIGIN, context });
    return handler.refuse(exchange, 'origin');
  }

  accept(exchange: Exchange, socket: Duplex, head: Buffer, headers: readonly string[]): void {
    if (exchange.plan instanceof ForwardedUpgrade) return this.#forwarder.join(exchange.plan, exchange, socket, head);
    const handler = exchange.handler as ProtocolHandler | undefined;
    if (handler === undefined) {
      socket.destroy();
      return;
    }
    const { engine } = this.#parts;
    const isAnnounced = engine.listenerCount('headers') + engine.listenerCount('initial_headers') > 0;
    const lines = isAnnounced ? this.#headersFor(exchange, headers) : headers;
    try {
      this.#parts.webSockets.accept(exchange, socket, head, lines, handler);
    } catch (error) {
      // The application may have given a `wsEngine` of its own. The caller ends the socket.
      this.#failed('upgrade')(error);
      throw error;
    }
  }

  /** Listeners of `headers` may add to what the framework wants on the 101. */
  #headersFor(exchange: Exchange, lines: readonly string[]): readonly string[] {
    const { engine } = this.#parts;
    const extra: Record<string, string | string[]> = {};
    engine.announceHeaders(extra, exchange.req, !namesSession(exchange.query));
    return [...lines, ...headerLines(extra).filter(belongsOnSwitch)];
  }

  warn(code: WarningCode, message: string): void {
    this.#parts.warn(code, message);
  }

  failed(error: unknown, what: string): void {
    this.#parts.engine.failed(error, 'handshake', what);
  }

  clientError(error: Error, socket: Duplex): boolean {
    const { flashPolicy } = this.#parts;
    return flashPolicy !== undefined && answerFlash(error, socket as Socket, flashPolicy);
  }

  /** A session has no request that middlewares or `allowRequest` could check: if the server has any of these, the session is refused. */
  acceptSession(session: WebTransportSession): void {
    const { engine, middlewares, handlers } = this.#parts;
    const handler = handlers.find((each) => each.acceptSession !== undefined);
    const guarded = middlewares.length > 0 || engine.opts.allowRequest !== undefined;
    if (handler?.acceptSession === undefined || guarded || !engine.opts.transports.includes('webtransport'))
      session.close();
    else handler.acceptSession(session);
  }

  serverClosing(server: Server, alone: boolean): Promise<void> | undefined {
    return this.#parts.serverClosing(server, alone);
  }

  serverClosed(server: Server): void {
    this.#parts.serverClosed(server);
  }

  onClose(fn: () => void): void {
    this.#mounts.push(fn);
  }

  /** The server has come to its end: mounts need not look for HTTP servers any more. */
  ended(): void {
    for (const leave of this.#mounts.splice(0)) leave();
  }

  close(): Promise<void> {
    return this.#parts.close();
  }
}
