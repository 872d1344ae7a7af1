import type { AsyncScope } from '../../internal/async-scope.js';
import { namesSession, rawHeader, withQuery } from '../../internal/http/request.js';
import { captureScope } from '../../internal/node-internals.js';
import type { Exchange, Outcome, Reply } from '../../transport/exchange.js';
import type { Frame } from '../../transport/frame.js';
import { leaveUnread } from '../../transport/polling/body.js';
import { PollingTransport } from '../../transport/polling/polling.js';
import type { AcceptedWebSocket } from '../../transport/websocket/accepted.js';
import type { WebTransportSession } from '../../transport/webtransport/webtransport.js';
import type { ProtocolHandler, RefusalCause } from '../../virtual-socket/dialect.js';
import { Engine } from '../../virtual-socket/engine.js';
import { UpgradeAttempt } from '../../virtual-socket/upgrade.js';
import { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import { askApplication } from '../allow-request.js';
import type { EngineDialect } from './dialect.js';
import {
  EngineError,
  type EngineQuery,
  forbidden,
  openFrame,
  parseEngineQuery,
  type Refused,
  refusalReply,
  refused,
  toldOf,
  turnedAway,
  verify,
} from './handshake.js';
import { packetsPerAnswer } from './packets-per-answer.js';
import { acceptWebTransport } from './webtransport.js';

/** A decision on an upgrade, which is carried out when its 101 is out. */
type Plan = NewConnection | { readonly upgradeOf: VirtualSocket; readonly query: EngineQuery };

interface NewConnection {
  readonly sid: string;
  readonly dialect: EngineDialect;
  readonly query: EngineQuery;
  readonly scope: AsyncScope;
}

const FOREIGN_HOST = 'This server does not answer to this host';
const FOREIGN_ORIGIN = 'This origin is not allowed to connect: see the option allowedOrigins';
const SWITCH: Reply = Object.freeze({ status: 101, headers: Object.freeze({}), body: '' });

/** Takes clients of all versions of Engine.IO: handshakes, polls, posts and upgrades below one path. */
export class EngineProtocolHandler implements ProtocolHandler {
  readonly #engine: Engine;
  readonly #dialects: ReadonlyMap<string | undefined, EngineDialect>;
  readonly #path: string;

  /**
   * @param path pathname below the mount, such as `/socket.io/`.
   * @param dialects by `EIO` parameter, those that are spoken here.
   */
  constructor(engine: Engine, path: string, dialects: ReadonlyMap<string | undefined, EngineDialect>) {
    this.#engine = engine;
    this.#path = path;
    this.#dialects = dialects;
  }

  claims(path: string): boolean {
    return path === this.#path;
  }

  sessionIdOf(_path: string, query: string): string | undefined {
    return namesSession(query) ? parseEngineQuery(query).sid : undefined;
  }

  answersScript({ query }: Exchange): boolean {
    return query.includes('j=') && parseEngineQuery(query).jsonp !== undefined;
  }

  handle(exchange: Exchange): Outcome | Promise<Outcome> {
    const query = parseEngineQuery(exchange.query);
    const dialect = this.#dialects.get(query.protocolVersion);
    const problem = verify(this.#engine, exchange, query, dialect);
    if (problem !== undefined) return this.#refuse(exchange, problem);
    const conn = query.sid === undefined ? undefined : this.#engine.connections.get(query.sid);
    if (conn === undefined) {
      const { allowRequest } = this.#engine.opts;
      if (allowRequest === undefined) return this.#admit(exchange, query, dialect);
      return askApplication(allowRequest, exchange.req, this.#failed('allowRequest')).then((verdict) =>
        verdict === 'admitted'
          ? this.#admit(exchange, query, dialect)
          : this.#refuse(exchange, forbidden(verdict.message)),
      );
    }
    if (!exchange.upgrade) return (conn.transport as PollingTransport).handle(exchange);
    exchange.plan = { upgradeOf: conn, query } satisfies Plan;
    return SWITCH;
  }

  #refuse(exchange: Exchange, problem: Refused): Reply {
    if (!exchange.upgrade) leaveUnread(exchange);
    this.#engine.refused(toldOf(exchange.req, problem));
    return refusalReply(problem, exchange.upgrade);
  }

  refuse(exchange: Exchange, cause: RefusalCause): Reply {
    if (!exchange.upgrade) leaveUnread(exchange);
    if (cause === 'middleware') return refusalReply(refused(EngineError.BAD_REQUEST, {}), exchange.upgrade);
    const text = cause === 'origin' ? FOREIGN_ORIGIN : FOREIGN_HOST;
    const reply = refusalReply(refused(EngineError.FORBIDDEN, {}, text), exchange.upgrade);
    return { ...reply, status: 403 };
  }

  /** The client goes on polling: a connection through a server that ends would not last. */
  declineUpgrade(exchange: Exchange): Reply | undefined {
    const away = turnedAway(this.#engine, exchange);
    return away && this.#refuse(exchange, away);
  }

  #admit(exchange: Exchange, query: EngineQuery, dialect: EngineDialect | undefined): Outcome | Promise<Outcome> {
    if (dialect === undefined) {
      const protocol = Number(query.protocolVersion ?? 3);
      return this.#refuse(exchange, refused(EngineError.UNSUPPORTED_PROTOCOL_VERSION, { protocol }));
    }
    try {
      // For the application's own function: ours does not look at the request.
      if (this.#engine.generateId !== Engine.prototype.generateId) withQuery(exchange.req);
      const id = this.#engine.generateId(exchange.req);
      if (typeof id === 'string') return this.#handshake(exchange, query, dialect, id);
      return Promise.resolve(id).then(
        (sid) => this.#handshake(exchange, query, dialect, sid),
        (error: unknown) => this.#idFailed(exchange, error),
      );
    } catch (error) {
      return this.#idFailed(exchange, error);
    }
  }

  #failed(what: string): (error: unknown) => void {
    return (error) => this.#engine.failed(error, 'handshake', what);
  }

  #idFailed(exchange: Exchange, error: unknown): Reply {
    this.#failed('generateId')(error);
    return this.#refuseId(exchange, error);
  }

  #refuseId(exchange: Exchange, error: unknown): Reply {
    return this.#refuse(exchange, refused(EngineError.BAD_REQUEST, { name: 'ID_GENERATION_ERROR', error }));
  }

  #handshake(exchange: Exchange, query: EngineQuery, dialect: EngineDialect, sid: string): Reply {
    if (typeof sid !== 'string' || sid === '')
      return this.#refuseId(exchange, new TypeError('generateId must return a text that is not empty'));
    if (this.#engine.connections.has(sid))
      return this.#refuseId(exchange, new Error('generateId returned the id of another connection'));
    // Asked again: others may have come in while the application decided.
    const away = turnedAway(this.#engine, exchange);
    if (away !== undefined) return this.#refuse(exchange, away);
    if (exchange.upgrade) {
      exchange.plan = { sid, dialect, query, scope: captureScope() } satisfies Plan;
      return SWITCH;
    }
    const userAgent = rawHeader(exchange.req, 'user-agent');
    const memory = dialect.remember?.(query, userAgent);
    const transport = new PollingTransport(
      dialect.pollingWire(memory),
      this.#engine,
      packetsPerAnswer(query, userAgent),
    );
    transport.supportsBinary = !query.base64 && query.jsonp === undefined;
    const conn = new VirtualSocket(this.#engine, dialect, sid, transport, exchange, captureScope());
    conn.dialectState = memory;
    this.#engine.register(conn, exchange.req);
    conn.armHeartbeat(this.#engine.pingTimeout);
    exchange.done((sent) => (sent ? conn.open() : conn.close(true)));
    this.#engine.announceEarly(conn, exchange.res);
    const { initialPacket, sessionCookie } = this.#engine.opts;
    const frames: Frame[] = [openFrame(this.#engine, sid, 'polling')];
    if (initialPacket !== undefined) frames.push(dialect.message(initialPacket));
    return transport.firstReply(frames, exchange, sessionCookie?.(sid));
  }

  /** Only the newest version knows this transport. */
  acceptSession(session: WebTransportSession): void {
    const dialect = this.#dialects.get('4');
    if (dialect === undefined) session.close();
    else void acceptWebTransport(this.#engine, dialect, session);
  }

  accept(exchange: Exchange, webSocket: AcceptedWebSocket): void {
    const plan = exchange.plan as Plan | undefined;
    if (plan === undefined) return webSocket.turnAway();
    exchange.plan = undefined;
    if ('upgradeOf' in plan) return this.#tryUpgrade(plan.upgradeOf, webSocket, plan.query);
    const { sid, dialect, query, scope } = plan;
    // Asked again: the framework's response phase may have taken its time.
    if (this.#engine.connections.has(sid) || turnedAway(this.#engine, exchange) !== undefined)
      return webSocket.turnAway();
    const transport = webSocket.open(dialect.websocket);
    if (query.base64) transport.supportsBinary = false;
    const conn = new VirtualSocket(this.#engine, dialect, sid, transport, exchange, scope);
    conn.dialectState = dialect.remember?.(query);
    this.#engine.register(conn, exchange.req);
    conn.sendFrame(openFrame(this.#engine, sid, 'websocket'), false);
    const { initialPacket } = this.#engine.opts;
    if (initialPacket !== undefined) conn.sendFrame(dialect.message(initialPacket), true);
    conn.open();
  }

  /** A second attempt, or one for a connection that has nothing to upgrade, is closed at once and harms nothing. */
  #tryUpgrade(conn: VirtualSocket, webSocket: AcceptedWebSocket, query: EngineQuery): void {
    if (conn.readyState === 'closed' || conn.upgrading || conn.transport.streaming) return webSocket.turnAway();
    const dialect = conn.dialect as EngineDialect;
    const transport = webSocket.open(dialect.websocket);
    if (query.base64) transport.supportsBinary = false;
    new UpgradeAttempt(conn, transport, dialect.upgradeFrames);
  }
}
