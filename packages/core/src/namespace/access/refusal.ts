/** The names of refusals that `sio` itself sends. A {@link ClientError} may carry any other. */
export type RefusalName =
  | 'no_such_method'
  | 'unallowed_event_name'
  | 'method_access_denied'
  | 'invalid_method_args'
  | 'no_such_namespace'
  | 'rate_limited'
  | 'internal_error';

/** The acknowledgement of an event that was refused or whose handler failed. */
export interface Refusal {
  /** The failure. */
  readonly error: { readonly name: string; readonly message: string; readonly [detail: string]: unknown };
}

/** The acknowledgement that a client gets from a handler that returns `R`. */
export type Answer<R> = R | Refusal;

/** A refusal before it takes its form for the wire. */
export interface RefusalDetails {
  readonly name: string;
  readonly message: string;
  readonly data?: unknown;
}

/**
 * An error for the client: its name, text and data are sent. Of any other error the client sees `internal_error` only.
 *
 * @example
 * throw new ClientError('room_full', 'The room is full', { limit: 20 });
 */
export class ClientError extends Error {
  /** A stable name, for programs. */
  override readonly name: string;
  /** Data for the client. The members of an object stand beside name and message; any other value is sent as `data`. */
  readonly data: unknown;

  constructor(name: RefusalName | (string & {}), message: string = name, data?: unknown, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
    this.data = data;
  }
}

/** Whether a thrown value is a {@link ClientError}. Takes any value, even a proxy that throws. */
export function isClientError(error: unknown): error is ClientError {
  try {
    return error instanceof ClientError;
  } catch {
    return false;
  }
}

/**
 * Refuses a connection when it is thrown in `onConnect` or `initialize`. The client's `connect_error` has the message
 * and the data.
 */
export class ConnectionRefused extends ClientError {
  constructor(message = 'Connection rejected by server', data?: unknown, options?: ErrorOptions) {
    super('connection_refused', message, data, options);
  }
}

const INTERNAL_ERROR: RefusalDetails = Object.freeze({ name: 'internal_error', message: 'Internal error' });

/** The part of `error` that the client may know: all of a {@link ClientError}; of any other only `internal_error`. */
export function refusalOf(error: unknown): RefusalDetails {
  if (!isClientError(error)) return INTERNAL_ERROR;
  // A subclass may have getters of its own making.
  try {
    const { name, message, data } = error;
    return data === undefined ? { name, message } : { name, message, data };
  } catch {
    return INTERNAL_ERROR;
  }
}

/** The acknowledgement that reports a refusal. Its data cannot replace `name` or `message`. */
export function ackOf(refusal: RefusalDetails): Refusal {
  const head = { name: refusal.name, message: refusal.message };
  const { data } = refusal;
  if (data === undefined) return { error: head };
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return { error: { ...head, data } };
  return { error: { ...head, ...data, ...head } };
}

/** Whether an acknowledgement is a refusal instead of the handler's answer. */
export function isRefusal(value: unknown): value is Refusal {
  if (typeof value !== 'object' || value === null || !('error' in value)) return false;
  const { error } = value;
  if (typeof error !== 'object' || error === null || !('name' in error) || !('message' in error)) return false;
  return typeof error.name === 'string' && typeof error.message === 'string';
}

const QUOTED_LENGTH = 64;

function quote(event: string): string {
  return JSON.stringify(event.length > QUOTED_LENGTH ? `${event.slice(0, QUOTED_LENGTH)}…` : event);
}

/** No handler for `event`. */
export function noSuchMethod(event: string): ClientError {
  return new ClientError('no_such_method', `The method ${quote(event)} was not found`);
}

/** The event's name is not one that a client may use. */
export function unallowedEventName(): ClientError {
  return new ClientError('unallowed_event_name', 'The event name is not allowed');
}

/** The ACL or a guard denies `event`. */
export function methodAccessDenied(event: string): ClientError {
  return new ClientError('method_access_denied', `You do not have access to method ${quote(event)}`);
}
