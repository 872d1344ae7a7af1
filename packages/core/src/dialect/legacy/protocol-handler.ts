import { withQuery } from '../../internal/http/request.js';
import { captureScope } from '../../internal/node-internals.js';
import { AwaitedTransport } from '../../transport/awaited.js';
import { type Exchange, HANDLED, type Outcome, type Reply } from '../../transport/exchange.js';
import { leaveUnread } from '../../transport/polling/body.js';
import { RenewablePolling } from '../../transport/polling/renewable.js';
import { HttpStream } from '../../transport/streams/http-stream.js';
import type { Transport } from '../../transport/transport.js';
import type { AcceptedWebSocket } from '../../transport/websocket/accepted.js';
import type { ProtocolHandler, RefusalCause } from '../../virtual-socket/dialect.js';
import { Engine } from '../../virtual-socket/engine.js';
import { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import { askApplication } from '../allow-request.js';
import { type Refused, SESSION_ENDED, toldOf, turnedAway } from '../engine/handshake.js';
import type { LegacyDialect } from './dialect.js';
import { takePost } from './post.js';
import { asksForScript, failureReply, type HandshakeFailure, handshakeReply, plain, seconds } from './replies.js';
import { LegacySession } from './session.js';
import type { LegacySettings } from './settings.js';
import { readQuery, readTarget, type SessionTarget, STICKY } from './target.js';
import {
  LEGACY_TRANSPORTS,
  type LegacyTransport,
  UNKNOWN_SESSION,
  unknownSessionBody,
  WEBSOCKET_WIRE,
} from './wires.js';

/** Time (ms) within which a client opens a transport after its handshake, unless it may be without one for less. */
const HANDSHAKE_LIFE = 30_000;

/** A colon would end it in the handshake's answer, the others in the paths of all that follows. */
const SESSION_ID = /^[^:/?#%\s]+$/;

/** Parameters of the protocol itself, which tell nothing about the client. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set(['t', 'jsonp']);

const SWITCH: Reply = Object.freeze({ status: 101, headers: Object.freeze({}), body: '' });
const OPTIONS: Reply = Object.freeze({
  status: 200,
  headers: Object.freeze({ Allow: 'GET, POST, OPTIONS' }),
  body: '',
});

/** Takes clients of Socket.IO 0.8 and 0.9: everything below `/socket.io/1`. */
export class LegacyProtocolHandler implements ProtocolHandler {
  readonly #engine: Engine;
  readonly #dialect: LegacyDialect;
  readonly #settings: LegacySettings;
  readonly #root: string;

  constructor(engine: Engine, dialect: LegacyDialect, settings: LegacySettings) {
    this.#engine = engine;
    this.#dialect = dialect;
    this.#settings = settings;
    this.#root = `${settings.path}/1`;
  }

  claims(path: string): boolean {
    return path.startsWith(this.#root) && (path.length === this.#root.length || path[this.#root.length] === '/');
  }

  sessionIdOf(path: string): string | undefined {
    const target = readTarget(path.slice(this.#root.length));
    return typeof target === 'object' ? target.sid : undefined;
  }

  answersScript(exchange: Exchange): boolean {
    const target = this.#targetOf(exchange);
    if (target === undefined) return false;
    return target === 'handshake' ? asksForScript(exchange.query) : target.transport === 'jsonp-polling';
  }

  handle(exchange: Exchange): Outcome | Promise<Outcome> {
    if (exchange.req.method === 'OPTIONS') return OPTIONS;
    const target = this.#targetOf(exchange);
    if (target === undefined) return this.#refuse(exchange, 400, 'Bad request', {});
    return target === 'handshake' ? this.#handshake(exchange) : this.#session(exchange, target);
  }

  #targetOf({ path }: Exchange) {
    return readTarget(path.slice(this.#root.length));
  }

  refuse(exchange: Exchange, cause: RefusalCause): Outcome {
    if (!exchange.upgrade) leaveUnread(exchange);
    const isHandshake = this.#targetOf(exchange) === 'handshake';
    if (cause !== 'middleware') {
      const failure = cause === 'origin' ? 'handshake bad origin' : 'handshake bad host';
      return isHandshake ? failureReply(exchange.query, failure) : plain(403, failure);
    }
    return isHandshake ? failureReply(exchange.query, 'handshake error') : plain(500, 'handshake error');
  }

  #refuse(exchange: Exchange, status: number, message: string, context: Readonly<Record<string, unknown>>): Reply {
    if (!exchange.upgrade) leaveUnread(exchange);
    this.#engine.refused({ req: exchange.req, code: BAD_REQUEST, message, context });
    return plain(status, message);
  }

  // ---- handshakes ----

  #handshake(exchange: Exchange): Outcome | Promise<Outcome> {
    if (exchange.upgrade || exchange.req.method !== 'GET') {
      return this.#refuse(exchange, 400, 'Bad request', { name: 'TRANSPORT_HANDSHAKE_ERROR' });
    }
    const away = turnedAway(this.#engine, exchange);
    if (away !== undefined) return this.#turnAway(exchange, away);
    const { allowRequest } = this.#engine.opts;
    if (allowRequest === undefined) return this.#admit(exchange);
    return askApplication(allowRequest, exchange.req, this.#failed('allowRequest')).then((verdict) => {
      if (verdict === 'admitted') return this.#admit(exchange);
      return this.#fail(exchange, verdict.failed ? 'handshake error' : 'handshake unauthorized', verdict.message);
    });
  }

  /** Clients of this protocol version take any other status than 200 and 403 for a reason to try again. */
  #turnAway({ req, query }: Exchange, away: Refused): Reply {
    this.#engine.refused(toldOf(req, away));
    if (away.context.name === SESSION_ENDED) return failureReply(query, 'handshake unauthorized');
    const { status, headers, body } = failureReply(query, 'handshake error');
    if (status === 200 || away.status === undefined) return { status, headers, body };
    return { status: away.status, headers: { ...headers, 'Retry-After': String(away.retryAfter) }, body };
  }

  #fail({ req, query }: Exchange, failure: HandshakeFailure, why: string | undefined): Reply {
    this.#engine.refused({ req, code: FORBIDDEN, message: failure, context: { message: why ?? failure } });
    return failureReply(query, failure);
  }

  #failed(what: string): (error: unknown) => void {
    return (error) => this.#engine.failed(error, 'handshake', what);
  }

  #admit(exchange: Exchange): Outcome | Promise<Outcome> {
    const failed = (error: unknown) => {
      this.#failed('generateId')(error);
      return this.#fail(exchange, 'handshake error', undefined);
    };
    try {
      // For the application's own function: ours does not look at the request.
      if (this.#engine.generateId !== Engine.prototype.generateId) withQuery(exchange.req);
      const id = this.#engine.generateId(exchange.req);
      if (typeof id === 'string') return this.#greet(exchange, id);
      return Promise.resolve(id).then((sid) => this.#greet(exchange, sid), failed);
    } catch (error) {
      return failed(error);
    }
  }

  #greet(exchange: Exchange, sid: string): Reply {
    if (typeof sid !== 'string' || !SESSION_ID.test(sid))
      return this.#fail(exchange, 'handshake error', 'generateId returned an id that cannot stand in a path');
    if (this.#engine.connections.has(sid))
      return this.#fail(exchange, 'handshake error', 'generateId returned the id of another connection');
    // Asked again: others may have come in while the application decided.
    const away = turnedAway(this.#engine, exchange);
    if (away !== undefined) return this.#turnAway(exchange, away);
    const session = new LegacySession(authOf(exchange.query), this.#dialect.times);
    const transport = new AwaitedTransport();
    const conn = new VirtualSocket(this.#engine, this.#dialect, sid, transport, exchange, captureScope());
    session.conn = conn;
    conn.dialectState = session;
    this.#engine.register(conn, exchange.req);
    conn.armHeartbeat(this.#engine.deadlines.of(Math.min(HANDSHAKE_LIFE, this.#settings.closeTimeout)));
    exchange.done((sent) => {
      if (!sent) conn.close(true);
    });
    this.#engine.announceEarly(conn, exchange.res);
    return handshakeReply(exchange.query, this.#greeting(sid));
  }

  /** The client hangs up after the heartbeat time, so that it has to be as long as ours at its longest. */
  #greeting(sid: string): string {
    const { pingInterval, pingTimeout } = this.#engine.opts;
    const { closeTimeout, advertised } = this.#settings;
    return `${STICKY}${sid}:${seconds(pingInterval + pingTimeout)}:${seconds(closeTimeout)}:${advertised.join(',')}`;
  }

  // ---- sessions ----

  /** One that has ended may still be kept, for what its client has not read. */
  #connection(sid: string): VirtualSocket | undefined {
    const conn = this.#engine.connections.get(sid);
    return conn?.readyState === 'closed' ? undefined : conn;
  }

  #session(exchange: Exchange, { transport: name, sid }: SessionTarget): Outcome {
    const conn = this.#connection(sid);
    if (conn !== undefined && conn.dialect !== this.#dialect) {
      const context = { name: 'PROTOCOL_MISMATCH', protocol: this.#dialect.protocol, previousProtocol: conn.protocol };
      return this.#refuse(exchange, 400, 'Bad request', context);
    }
    if ('disconnect' in readQuery(exchange.query)) return this.#goodbye(conn);
    const transport = this.#settings.transports.has(name) ? LEGACY_TRANSPORTS.get(name) : undefined;
    if (transport === undefined || (transport.kind === 'socket') !== exchange.upgrade) {
      return this.#refuse(exchange, 400, 'Transport unknown', { transport: name });
    }
    if (transport.kind === 'socket') return SWITCH;
    if (exchange.req.method === 'POST') return this.#post(exchange, conn, transport);
    if (exchange.req.method !== 'GET') return this.#refuse(exchange, 400, 'Bad request', {});
    return conn === undefined ? unknownSession(exchange, transport) : this.#open(exchange, conn, name, transport);
  }

  /** As a page that is about to close asks for it, whether or not a transport is open. */
  #goodbye(conn: VirtualSocket | undefined): Reply {
    if (conn !== undefined) this.#dialect.goodbye(conn);
    return { status: 200, headers: {}, body: '' };
  }

  /** A client that posts to a session that is over learns of it with its next GET. A POST may overtake the GET that opens a session. */
  #post(exchange: Exchange, conn: VirtualSocket | undefined, transport: LegacyTransport): Outcome {
    if (conn === undefined) {
      leaveUnread(exchange);
      return plain(200, '1');
    }
    return takePost(this.#engine, conn, exchange, transport.kind === 'poll' && transport.form === true);
  }

  /** Clients take any other status than 200 for a reason to ask again. */
  sessionLost(exchange: Exchange): Reply | undefined {
    const target = this.#targetOf(exchange);
    const transport = typeof target === 'object' ? LEGACY_TRANSPORTS.get(target.transport) : undefined;
    if (transport === undefined || transport.kind === 'socket') return undefined;
    return exchange.req.method === 'POST' ? plain(200, '1') : unknownSession(exchange, transport);
  }

  #open(
    exchange: Exchange,
    conn: VirtualSocket,
    name: string,
    transport: Exclude<LegacyTransport, { kind: 'socket' }>,
  ): Outcome {
    if (exchange.res.destroyed) return gone(conn);
    if (transport.kind === 'stream') {
      const stream = new HttpStream(name, transport.wire, exchange, this.#engine);
      change(conn, stream);
      return stream.outcome;
    }
    const { transport: current } = conn;
    if (current instanceof RenewablePolling && current.name === name) return current.handle(exchange);
    const polling = new RenewablePolling(name, transport.wire, this.#engine, conn.dialectState as LegacySession);
    conn.switchTransport(polling);
    return polling.handle(exchange);
  }

  accept(exchange: Exchange, webSocket: AcceptedWebSocket): void {
    const target = this.#targetOf(exchange) as SessionTarget;
    const conn = this.#connection(target.sid);
    // Only an open socket can say what is wrong.
    if (conn === undefined || conn.dialect !== this.#dialect) return webSocket.turnAway(UNKNOWN_SESSION);
    change(conn, webSocket.open(WEBSOCKET_WIRE, target.transport));
  }
}

const BAD_REQUEST = 3;
const FORBIDDEN = 4;

/** The client went away while others decided on its request: no event will tell any more. */
function gone(conn: VirtualSocket): Outcome {
  conn.fail('transport close', new Error('poll connection closed prematurely'));
  return HANDLED;
}

/** A transport that is open at once takes over. */
function change(conn: VirtualSocket, transport: Transport): void {
  conn.switchTransport(transport);
  conn.onWritable(transport);
}

function unknownSession(exchange: Exchange, transport: Exclude<LegacyTransport, { kind: 'socket' }>): Reply {
  const { body, type, headers } = unknownSessionBody(transport, exchange.query);
  return { status: 200, headers: { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers }, body };
}

/** The parameters that the application put into the query identify the client. */
function authOf(query: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(readQuery(query)).filter(([name]) => !OWN_PARAMETERS.has(name)));
}
