import { CodedError } from '../../internal/coded-error.js';
import { ClientError } from '../../namespace/access/refusal.js';

/**
 * The login session of a connection is not in its store: it was destroyed by a logout, has expired, or was never saved.
 * If a handler does not catch it, the client gets `session_ended`.
 */
export class SessionEnded extends ClientError {
  constructor(options?: ErrorOptions) {
    super('session_ended', 'The session has ended', undefined, options);
  }
}

/**
 * The application's setup does not allow using the login session. `code` is stable:
 *
 * | code | meaning |
 * |---|---|
 * | `SIO_SESSION_MISSING` | the request has no session: no session middleware runs before the mount |
 * | `SIO_SESSION_IN_COOKIE` | the session is kept in a cookie, which only an HTTP response can change |
 * | `SIO_SESSION_REPLACED` | the session got a new id, which a cookie would have to bring to the browser |
 */
export class SessionError extends CodedError<SessionErrorCode> {
  /** Always `SessionError`. */
  override readonly name = 'SessionError';
}

/** The codes of a {@link SessionError}. */
export type SessionErrorCode = 'SIO_SESSION_MISSING' | 'SIO_SESSION_IN_COOKIE' | 'SIO_SESSION_REPLACED';
