import { CodedError } from '../../internal/coded-error.js';
import { ClientError } from '../../namespace/access/refusal.js';

/**
 * The login session of a connection is no longer in its store: it was destroyed, as by a logout, or has expired, or nothing was
 * ever kept in it. A handler that lets it pass tells the client `session_ended`.
 */
export class SessionEnded extends ClientError {
  constructor(options?: ErrorOptions) {
    super('session_ended', 'The session has ended', undefined, options);
  }
}

/**
 * The login session cannot be used as the application is set up. `code` is stable:
 *
 * | code | meaning |
 * |---|---|
 * | `SIO_SESSION_MISSING` | the request has none: nothing that makes sessions runs before the mount |
 * | `SIO_SESSION_IN_COOKIE` | it is kept in a cookie, which only an HTTP answer could change |
 * | `SIO_SESSION_REPLACED` | it got a new id, which would have to reach the browser in a cookie |
 */
export class SessionError extends CodedError<SessionErrorCode> {
  /** Always `SessionError`. */
  override readonly name = 'SessionError';
}

/** The codes of a {@link SessionError}. */
export type SessionErrorCode = 'SIO_SESSION_MISSING' | 'SIO_SESSION_IN_COOKIE' | 'SIO_SESSION_REPLACED';
