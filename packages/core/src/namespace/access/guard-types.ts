import type { DefaultRequest } from '../contracts.js';
import type { DefaultEventsMap } from '../events/events-map.js';
import type { Socket } from '../socket/socket.js';
import type { Attempt, Decision } from './guards.js';

/** A socket as guards see it, with any events. */
// biome-ignore lint/suspicious/noExplicitAny: `data` is what the application makes of it.
export type GuardedSocket<Request> = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, any, Request>;

/**
 * Allows or refuses every connect (after the middlewares, before `onConnect`) and every event (before its method or
 * listener), in all namespaces and in both styles. It may be asynchronous: later events of the socket wait.
 */
export type AppGuard<Request = DefaultRequest> = (
  socket: GuardedSocket<Request>,
  attempt: Attempt,
) => Decision | PromiseLike<Decision>;

/** The occasion on which credentials are checked. */
export type AuthOccasion = 'connect' | 'renew' | 'recheck';

/** The decision on credentials. It may say when it expires: a date, or milliseconds since the epoch. */
export type AuthDecision = Decision | { readonly expiresAt: number | Date };

/** Re-validates and expires authentication. */
export interface AuthOptions<Request = DefaultRequest> {
  /**
   * Validates the credentials of a client: when it connects or resumes its session, when it renews its credentials, and
   * every `recheckInterval`. If the check itself fails at a recheck, the socket stays.
   * @param auth the client's latest credentials: `handshake.auth`, or those sent with `renewEvent`.
   */
  readonly check: (
    socket: GuardedSocket<Request>,
    auth: unknown,
    occasion: AuthOccasion,
  ) => AuthDecision | PromiseLike<AuthDecision>;
  /** Time between two checks of a connected socket; `0` turns them off. @unit ms @default 0 */
  readonly recheckInterval?: number;
  /**
   * The event by which a client renews its credentials. Its only argument is the credentials; it is acknowledged with
   * `{ expiresAt }` or a refusal.
   * @default 'authenticate'
   */
  readonly renewEvent?: string;
}
