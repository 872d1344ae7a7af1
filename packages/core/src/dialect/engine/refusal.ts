import type { IncomingMessage } from 'node:http';
import type { Reply } from '../../transport/exchange.js';
import type { ConnectionError } from '../../virtual-socket/engine.js';

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
}

export function refused(code: number, context: Readonly<Record<string, unknown>>, message?: string): Refused {
  return { code, message: message ?? MESSAGES[code] ?? 'Bad request', context };
}

/** What listeners learn: the message of the code. The application's own words are in the context. */
export function toldOf(req: IncomingMessage, { code, message, context }: Refused): ConnectionError {
  return { req, code, message: MESSAGES[code] ?? message, context };
}

/** The answer to a refused request. WebSocket clients cannot read a body, so an upgrade gets the bare message. */
export function refusalReply({ code, message }: Refused, upgrade: boolean): Reply {
  if (upgrade) return { status: 400, headers: { 'Content-Type': 'text/html' }, body: message };
  return {
    status: code === EngineError.FORBIDDEN ? 403 : 400,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code, message }),
  };
}
