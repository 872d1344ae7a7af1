/** The server refused an event: it has no such method, denies access, got invalid arguments, or its handler threw a `ClientError`. */
export class ServerRefusal extends Error {
  /** A stable name, for programs: `no_such_method`, `method_access_denied`, `invalid_method_args`, or the application's own. */
  override readonly name: string;
  /** All data that the server sent with the refusal, including name and message. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(details: RefusalDetails) {
    super(details.message);
    this.name = details.name;
    this.details = details;
  }
}

/** The `error` member of a refusal as it comes from the server. */
export interface RefusalDetails {
  /** A stable name, for programs. */
  readonly name: string;
  /** A sentence for users. */
  readonly message: string;
  readonly [detail: string]: unknown;
}

/** An acknowledgement, event or connection did not come within the time limit. */
export class TimeoutError extends Error {
  /** Always `TimeoutError`. */
  override readonly name = 'TimeoutError';
}

/** The connection closed before the answer came, or is closed and does not reconnect. */
export class DisconnectedError extends Error {
  /** Always `DisconnectedError`. */
  override readonly name = 'DisconnectedError';
  /** The reason: that of `socket.io-client`, such as `io server disconnect`, or `inbox full` for a {@link SimpleClient} that does not receive. */
  readonly reason: string;

  constructor(reason: string) {
    super(`The client is not connected: ${reason}`);
    this.reason = reason;
  }
}

/** The details of a refusal, or undefined for any other answer. */
export function refusalIn(answer: unknown): RefusalDetails | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined;
  const { error } = answer;
  if (typeof error !== 'object' || error === null || !('name' in error) || !('message' in error)) return undefined;
  return typeof error.name === 'string' && typeof error.message === 'string' ? (error as RefusalDetails) : undefined;
}
