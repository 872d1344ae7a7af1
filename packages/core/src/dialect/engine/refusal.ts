import type { IncomingMessage } from 'node:http';
import type { Exchange, Reply } from '../../transport/exchange.js';
import type { ConnectionError, Engine } from '../../virtual-socket/engine.js';

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
export function refusalReply({ code, message, status, retryAfter }: Refused, upgrade: boolean): Reply {
  const later: Record<string, string> = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  if (upgrade) return { status: status ?? 400, headers: { 'Content-Type': 'text/html', ...later }, body: message };
  return {
    status: status ?? (code === EngineError.FORBIDDEN ? 403 : 400),
    headers: { 'Content-Type': 'application/json', ...later },
    body: JSON.stringify({ code, message }),
  };
}

const FULL = { status: 429, retryAfter: 60 };

/** Refuses new connections while the server shuts down or is crowded, and when the address has as many as it may. */
export function turnedAway(engine: Engine, exchange: Exchange): Refused | undefined {
  if (engine.closed) return refused(EngineError.FORBIDDEN, { name: 'SERVER_CLOSING' }, SHUTTING_DOWN);
  const { addresses } = engine;
  const retryAfter = engine.retryAfterFor(exchange.req);
  if (retryAfter !== undefined) {
    return { ...refused(EngineError.FORBIDDEN, { name: 'SERVER_DRAINING' }, SHUTTING_DOWN), status: 503, retryAfter };
  }
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

/** Name of the refusal of a request whose login session has ended while it was looked at. */
export const SESSION_ENDED = 'SESSION_ENDED';
const BUSY = 'Too many connections have yet to join a namespace';
/** Seconds. */
const SOON = 5;
const SHUTTING_DOWN = 'Server is shutting down';
