/** Where messages for the operator go; any console- or pino-like logger fits. */
export interface Logger {
  /** A failure that nobody handled. */
  error(...args: unknown[]): void;
  /** Something that will not do what it is meant to. */
  warn(...args: unknown[]): void;
  /** What is worth knowing. */
  info(...args: unknown[]): void;
  /** What helps to find out why. */
  debug(...args: unknown[]): void;
}

/** Where a failure happened. */
export interface ErrorContext {
  /** `event`, `connect`, `disconnect`, `middleware`, `ack`, `task`, `hook`, `listener`. */
  readonly phase: string;
  /** Where it happened. */
  readonly namespace?: string | undefined;
  /** The event that was being handled. */
  readonly event?: string | undefined;
  /** The socket it concerns. */
  readonly socket?: object | undefined;
}

function nothing(): void {}

/** Only what nobody else took care of, on stderr. */
export const defaultLogger: Logger = {
  error: (...args) => console.error('[sio]', ...args),
  warn: nothing,
  info: nothing,
  debug: nothing,
};
