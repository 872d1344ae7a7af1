import { rawHeader } from '../../internal/http/request.js';
import type { Exchange } from '../../transport/exchange.js';
import type { Engine } from '../../virtual-socket/engine.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import type { EngineDialect } from './dialect.js';
import type { EngineQuery } from './query.js';
import { EngineError, type Refused, refused, turnedAway } from './refusal.js';

/**
 * Whether a request may go on, in the order in which the protocol asks (§"Errors"): transport, Origin, session, method.
 * @returns the refusal, or undefined.
 */
export function verify(
  engine: Engine,
  exchange: Exchange,
  query: EngineQuery,
  dialect: EngineDialect | undefined,
): Refused | undefined {
  const { transport, sid } = query;
  if (transport === undefined || !engine.opts.transports.includes(transport) || !HTTP_TRANSPORTS.has(transport)) {
    return refused(EngineError.UNKNOWN_TRANSPORT, { transport });
  }
  const origin = rawHeader(exchange.req, 'origin');
  if (origin !== undefined && !isHeaderSafe(origin)) {
    return refused(EngineError.BAD_REQUEST, { name: 'INVALID_ORIGIN', origin });
  }
  if (sid !== undefined) return verifySession(engine, exchange, query, dialect);
  return verifyHandshake(engine, exchange, transport);
}

const HTTP_TRANSPORTS = new Set(['polling', 'websocket']);

/** A session speaks the revision and uses the transport it was made with, whatever later requests say. */
function verifySession(
  engine: Engine,
  exchange: Exchange,
  { sid = '', transport, revision }: EngineQuery,
  dialect: EngineDialect | undefined,
): Refused | undefined {
  const conn = engine.clients.get(sid);
  if (conn === undefined) return refused(EngineError.UNKNOWN_SID, { sid });
  if (!exchange.upgrade && transport !== conn.transport.name) return transportMismatch(transport, conn);
  if (dialect?.owns(conn) !== true) {
    const context = { name: 'PROTOCOL_MISMATCH', protocol: Number(revision ?? 3), previousProtocol: conn.protocol };
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

function verifyHandshake(engine: Engine, exchange: Exchange, transport: string): Refused | undefined {
  const { method } = exchange.req;
  if (method !== 'GET') return refused(EngineError.BAD_HANDSHAKE_METHOD, { method });
  if (exchange.upgrade !== (transport === 'websocket')) {
    return refused(EngineError.BAD_REQUEST, {
      name: exchange.upgrade ? 'TRANSPORT_MISMATCH' : 'TRANSPORT_HANDSHAKE_ERROR',
    });
  }
  return turnedAway(engine, exchange);
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
