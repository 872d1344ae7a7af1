import type { IncomingMessage } from 'node:http';
import { rawHeader } from '../../internal/http/request.js';
import type { Exchange, Reply } from '../../transport/exchange.js';
import { HANDSHAKE_TRANSPORTS } from '../../transport/kinds.js';
import type { ConnectionError, Engine } from '../../virtual-socket/engine.js';
import type { EngineContext } from '../../virtual-socket/engine-context.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';

// A request of Engine.IO: its parameters, the checks that it has to pass, and the answers to those that fail.

/** The parameters that Engine.IO itself reads: of a repeated one the last. `INVALID` stands for one that cannot be decoded, and for contradictory versions. */
export interface EngineQuery {
  readonly transport: string | undefined;
  readonly sid: string | undefined;
  readonly protocolVersion: string | undefined;
  /** The client cannot take binary. */
  readonly base64: boolean;
  /** JSONP callback index. */
  readonly jsonp: string | undefined;
  /** Keeps caches from answering; its form tells clients apart. */
  readonly stamp: string | undefined;
}

/** No transport, session or version has this name, so it is refused like an unknown one. */
export const INVALID = '\0';

/** The handshakes of an application's clients have the same query, unless they poll. */
let lastHandshake = '';
let lastRead: EngineQuery | undefined;

/** Reads the query string of a request. */
export function parseEngineQuery(query: string): EngineQuery {
  if (lastRead !== undefined && query === lastHandshake) return lastRead;
  const read = readQuery(query);
  if (read.sid === undefined && read.stamp === undefined) {
    lastHandshake = query;
    lastRead = read;
  }
  return read;
}

/** In one pass. */
function readQuery(query: string): EngineQuery {
  let transport: string | undefined;
  let sid: string | undefined;
  let protocolVersion: string | undefined;
  let b64: string | undefined;
  let jsonp: string | undefined;
  let stamp: string | undefined;
  // Most are plain text.
  const isEncoded = query.includes('%');
  for (let start = 0, parts = 0; start < query.length && parts < MAX_PARAMETERS; parts++) {
    const ampersand = query.indexOf('&', start);
    const end = ampersand === -1 ? query.length : ampersand;
    const equals = query.indexOf('=', start);
    const keyEnd = equals === -1 || equals > end ? end : equals;
    const name = query.slice(start, keyEnd);
    const text = query.slice(keyEnd + 1, end);
    const value = isEncoded && PARAMETERS.has(name) ? decode(text) : text;
    switch (name) {
      case 'transport':
        transport = value;
        break;
      case 'sid':
        // An empty one is none, as for engine.io.
        sid = value || sid;
        break;
      case 'EIO':
        // Some clients append their parameters to an address that already has them.
        if (protocolVersion === undefined) protocolVersion = value;
        else if (protocolVersion !== value) protocolVersion = INVALID;
        break;
      case 'b64':
        b64 = value;
        break;
      case 'j':
        jsonp = value;
        break;
      case 't':
        stamp = value;
        break;
    }
    start = end + 1;
  }
  const base64 = b64 !== undefined && b64 !== '' && b64 !== '0';
  return { transport, sid, protocolVersion, base64, jsonp, stamp };
}

const MAX_PARAMETERS = 100;
const PARAMETERS: ReadonlySet<string> = new Set(['transport', 'sid', 'EIO', 'b64', 'j', 't']);

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return INVALID;
  }
}

// ---- the answer ----

/** First frame of a connection (protocol §"Handshake"). */
export function openFrame(engine: EngineContext, sid: string, transport: string): string {
  const { pingInterval, pingTimeout, maxHttpBufferSize: maxPayload } = engine.opts;
  const upgrades = transport === 'polling' ? JSON.stringify(engine.upgrades(transport)) : '[]';
  // JSON has no `Infinity`, which an option may be.
  const times = `"pingInterval":${pingInterval},"pingTimeout":${pingTimeout}`;
  return `0{"sid":${JSON.stringify(sid)},"upgrades":${upgrades},${times},"maxPayload":${Math.min(maxPayload, Number.MAX_SAFE_INTEGER)}}`;
}

// ---- refusals ----

/** Why Engine.IO refuses a request, by the numbers that its clients know (protocol §"Errors"). */
export const EngineError = Object.freeze({
  UNKNOWN_TRANSPORT: 0,
  UNKNOWN_SID: 1,
  BAD_HANDSHAKE_METHOD: 2,
  BAD_REQUEST: 3,
  FORBIDDEN: 4,
  UNSUPPORTED_PROTOCOL_VERSION: 5,
} as const);

const MESSAGES: readonly string[] = [
  'Transport unknown',
  'Session ID unknown',
  'Bad handshake method',
  'Bad request',
  'Forbidden',
  'Unsupported protocol version',
];

/** A refused request: what its client is told and what `connection_error` listeners learn. */
export interface Refused {
  readonly code: number;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** Set where the code does not say it. */
  readonly status?: number;
  /** Seconds. */
  readonly retryAfter?: number;
}

export function refused(code: number, context: Readonly<Record<string, unknown>>, message?: string): Refused {
  return { code, message: message ?? MESSAGES[code] ?? 'Bad request', context };
}

/** The error for listeners: the message of the code. The application's own words are in the context. */
export function toldOf(req: IncomingMessage, { code, message, context }: Refused): ConnectionError {
  return { req, code, message: MESSAGES[code] ?? message, context };
}

/** The answer to a refused request. WebSocket clients cannot read a body, so an upgrade gets the bare message. */
export function refusalReply({ code, message, context, status, retryAfter }: Refused, upgrade: boolean): Reply {
  // A cache in front would go on refusing clients that the server takes by then.
  const more: Record<string, string> = { 'Cache-Control': 'no-store' };
  if (retryAfter !== undefined) more['Retry-After'] = String(retryAfter);
  if (upgrade) return { status: status ?? 400, headers: { 'Content-Type': 'text/html', ...more }, body: message };
  return {
    status: status ?? (code === EngineError.FORBIDDEN ? 403 : 400),
    headers: { 'Content-Type': 'application/json', ...more },
    // Of a cluster: why the session is unknown.
    body: JSON.stringify(
      code === EngineError.UNKNOWN_SID ? { code, message, cause: context.cause } : { code, message },
    ),
  };
}

const FULL = { status: 429, retryAfter: 60 };

/** Refuses new connections while the server shuts down or is crowded, and when the address has as many as it may. */
export function turnedAway(engine: Engine, exchange: Exchange): Refused | undefined {
  const { addresses } = engine;
  const retryAfter = engine.retryAfter ?? (engine.leaving.size === 0 ? undefined : engine.retryAfterFor(exchange.req));
  if (retryAfter !== undefined) {
    return { ...refused(EngineError.FORBIDDEN, { name: 'SERVER_DRAINING' }, SHUTTING_DOWN), status: 503, retryAfter };
  }
  if (engine.closed) return refused(EngineError.FORBIDDEN, { name: 'SERVER_CLOSING' }, SHUTTING_DOWN);
  if (engine.unjoinedConnections.refuses(exchange.peer.address)) {
    return { ...refused(EngineError.FORBIDDEN, { name: 'TOO_MANY_UNJOINED' }, BUSY), status: 503, retryAfter: SOON };
  }
  if (engine.sessionEnded?.(exchange) === true) {
    return refused(EngineError.FORBIDDEN, { name: SESSION_ENDED }, 'The session has ended');
  }
  if (addresses === undefined) return undefined;
  const { address } = exchange.peer;
  if (!addresses.isFull(address)) return undefined;
  const context = { name: 'TOO_MANY_CONNECTIONS', address };
  return { ...refused(EngineError.FORBIDDEN, context, 'Too many connections from this address'), ...FULL };
}

/** Name of the refusal of a request whose login session has ended while it was decided on. */
export const SESSION_ENDED = 'SESSION_ENDED';
const BUSY = 'Too many connections have yet to join a namespace';
/** Seconds. */
const SOON = 5;
const SHUTTING_DOWN = 'Server is shutting down';

// ---- checks ----

/** A dialect, as it tells its sessions from others. */
interface Owner {
  owns(conn: VirtualSocket): boolean;
}

/**
 * Whether a request may go on, in the order in which the protocol asks (§"Errors"): transport, Origin, session, method.
 * @returns the refusal, or undefined.
 */
export function verify(
  engine: Engine,
  exchange: Exchange,
  query: EngineQuery,
  dialect: Owner | undefined,
): Refused | undefined {
  const { transport, sid } = query;
  if (transport === undefined || !engine.opts.transports.includes(transport) || !HANDSHAKE_TRANSPORTS.has(transport)) {
    return refused(EngineError.UNKNOWN_TRANSPORT, { transport });
  }
  const origin = rawHeader(exchange.req, 'origin');
  if (origin !== undefined && !isHeaderSafe(origin)) {
    return refused(EngineError.BAD_REQUEST, { name: 'INVALID_ORIGIN', origin });
  }
  if (sid !== undefined) return verifySession(engine, exchange, query, dialect);
  const { method } = exchange.req;
  if (method !== 'GET') return refused(EngineError.BAD_HANDSHAKE_METHOD, { method });
  if (exchange.upgrade !== (transport === 'websocket')) {
    return refused(EngineError.BAD_REQUEST, {
      name: exchange.upgrade ? 'TRANSPORT_MISMATCH' : 'TRANSPORT_HANDSHAKE_ERROR',
    });
  }
  return turnedAway(engine, exchange);
}

function unknownSession(engine: Engine, sid: string): Refused {
  const cause = engine.lossOf(sid);
  return refused(EngineError.UNKNOWN_SID, cause === undefined ? { sid } : { sid, cause });
}

/** A session speaks the protocol version and uses the transport it was made with, whatever later requests say. */
function verifySession(
  engine: Engine,
  exchange: Exchange,
  { sid = '', transport, protocolVersion }: EngineQuery,
  dialect: Owner | undefined,
): Refused | undefined {
  const conn = engine.connections.get(sid);
  if (conn === undefined) return unknownSession(engine, sid);
  if (!exchange.upgrade && transport !== conn.transport.name) return transportMismatch(transport, conn);
  if (dialect?.owns(conn) !== true) {
    const context = {
      name: 'PROTOCOL_MISMATCH',
      protocol: Number(protocolVersion ?? 3),
      previousProtocol: conn.protocol,
    };
    return refused(EngineError.BAD_REQUEST, context);
  }
  const fits = exchange.upgrade
    ? transport === 'websocket' && mayChange(engine, conn.transport.name)
    : transport === conn.transport.name;
  if (fits && (exchange.upgrade || !conn.transport.streaming)) return undefined;
  if (!fits) return transportMismatch(transport, conn);
  const context = { name: 'TRANSPORT_HANDSHAKE_ERROR', transport, previousTransport: conn.transport.name };
  return refused(EngineError.BAD_REQUEST, context);
}

function transportMismatch(transport: string | undefined, { transport: { name: previousTransport } }: VirtualSocket) {
  return refused(EngineError.BAD_REQUEST, { name: 'TRANSPORT_MISMATCH', transport, previousTransport });
}

/** With `allowUpgrades: false` a polling session stays one; a WebSocket for any other is closed after its 101. */
function mayChange(engine: Engine, from: string): boolean {
  return from !== 'polling' || engine.opts.allowUpgrades;
}

/** Printable characters only: the value may be echoed in a response header. */
export function isHeaderSafe(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code !== 9 && (code < 32 || code === 127 || code > 255)) return false;
  }
  return true;
}

/** The refusal of an application's `allowRequest`. */
export function forbidden(message: string | undefined): Refused {
  return refused(EngineError.FORBIDDEN, { message: message ?? 'Forbidden' }, message);
}
