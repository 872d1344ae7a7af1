/** Where messages for the operator go; any console- or pino-like logger fits. */
export interface Logger {
  error(...args: unknown[]): void;
  warn(...args: unknown[]): void;
  info(...args: unknown[]): void;
  debug(...args: unknown[]): void;
}

/** Where a failure happened. */
export interface ErrorContext {
  /** `event`, `connect`, `disconnect`, `middleware`, `ack`, `task`, `hook`, `listener`. */
  readonly phase: string;
  readonly namespace?: string | undefined;
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
