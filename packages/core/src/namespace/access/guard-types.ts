import type { DefaultRequest } from '../contracts.js';
import type { DefaultEventsMap } from '../events/events-map.js';
import type { Socket } from '../socket/socket.js';
import type { Attempt, Decision } from './guards.js';

/** A socket as guards see it: of any events. */
// biome-ignore lint/suspicious/noExplicitAny: `data` is what the application makes of it.
export type GuardedSocket<Request> = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, any, Request>;

/**
 * Decides, for all namespaces and both styles, about every connect (after the middlewares, before `onConnect`) and every
 * event (before its method or listener is looked for). It may be asynchronous: later events of the socket wait their turn.
 */
export type AppGuard<Request = DefaultRequest> = (
  socket: GuardedSocket<Request>,
  attempt: Attempt,
) => Decision | PromiseLike<Decision>;

/** When an application is asked about the credentials of a client. */
export type AuthOccasion = 'connect' | 'renew' | 'recheck';

/** May say how long it holds: milliseconds since the epoch, or a date. */
export type AuthDecision = Decision | { readonly expiresAt: number | Date };

/** Re-validates and expires authentication. */
export interface AuthOptions<Request = DefaultRequest> {
  /**
   * Decides whether a client is, or still is, who it says: as it connects (a client that comes back for its socket included),
   * when it renews its credentials, and every `recheckInterval`. When it fails at a recheck, the socket stays.
   * @param auth the client's latest credentials: `handshake.auth`, or those sent with `renewEvent`.
   */
  readonly check: (
    socket: GuardedSocket<Request>,
    auth: unknown,
    occasion: AuthOccasion,
  ) => AuthDecision | PromiseLike<AuthDecision>;
  /** Time between two rechecks of a socket; `0` for none. @unit ms @default 0 */
  readonly recheckInterval?: number;
  /**
   * The event with which a client renews its credentials, its only argument; acknowledged with `{ expiresAt }` or a refusal.
   * @default 'authenticate'
   */
  readonly renewEvent?: string;
}
