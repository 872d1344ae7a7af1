import { inspect } from 'node:util';
import { contain } from '../../internal/events/lazy-emitter.js';
import { printable, printableLines } from '../../internal/printable.js';

/** Details beside the text of a message. */
export interface LogDetails {
  /** The error, if any. */
  readonly err?: unknown;
  /** The phase in which it happened, as in {@link ErrorContext}. */
  readonly phase?: string | undefined;
  /** The name of the namespace. */
  readonly namespace?: string | undefined;
  /** The event whose handler failed. */
  readonly event?: string | undefined;
}

/** A method that logs a text, or details with a text. */
export type Log = (what: LogDetails | string, message?: string) => void;

/**
 * Receives messages for the operator: `console`, pino, Fastify's `app.log`, bunyan, or any logger that takes `(details,
 * message)` and `(message)`.
 */
export interface Logger {
  /** Logs failures that no code of the application handled. */
  error: Log;
  /** Logs what does not work as intended. */
  warn: Log;
  /** Logs information for the operator. */
  info: Log;
  /** Logs details that help to find a cause. */
  debug: Log;
}

/** Where a failure happened. */
export interface ErrorContext {
  /**
   * The phase in which it happened: `handshake`, `connect`, `event`, `ack`, `disconnect`, `middleware`, `listener`, `hook`, `task`,
   * `adapter`, `recovery`, `auth`, `session` or `connection`.
   */
  readonly phase: string;
  /** The name of the namespace. */
  readonly namespace?: string | undefined;
  /** The event that was being handled. */
  readonly event?: string | undefined;
  /** The socket that it concerns. */
  readonly socket?: object | undefined;
}

function nothing(): void {}

/** Writes failures that no code handled to stderr. */
export const defaultLogger: Logger = {
  error: (what, message) => {
    if (typeof what === 'string') console.error('[sio]', printable(what));
    else console.error(`[sio] ${printable(String(message))}:`, printableError(what.err));
  },
  warn: nothing,
  info: nothing,
  debug: nothing,
};

/** An error as it is, unless its text would do something to a terminal: it may quote what a client has sent. */
function printableError(error: unknown): unknown {
  const text = inspect(error);
  const safe = printableLines(text);
  return safe === text ? error : safe;
}

/** Logs something. A logger is code of the application, or of others: what it throws goes no further than stderr. */
export function log(logger: Logger, level: keyof Logger, what: LogDetails | string, message?: string): void {
  contain(() => logger[level](what, message), logFailed);
}

function logFailed(error: unknown): void {
  try {
    console.error('[sio] the logger failed:', error);
  } catch {
    // Nothing more can be done.
  }
}

const told = new Set<string>();

/** Tells the developer, once for each name, that a member is one of an older Socket.IO. */
export function warnOfOldName(logger: Logger, name: string, instead: string): void {
  if (told.has(name)) return;
  told.add(name);
  const message = `${name} is a member of an older Socket.IO and a copy at each look: read ${instead} instead`;
  if (logger === defaultLogger) process.emitWarning(message, 'SioWarning');
  else log(logger, 'warn', message);
}
