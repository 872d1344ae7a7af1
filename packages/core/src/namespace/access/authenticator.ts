import { contain } from '../../internal/lazy-emitter.js';
import { LimitExceeded } from '../../internal/limit-exceeded.js';
import { OptionError } from '../../internal/option-error.js';
import { monotonicClock, SecondWheel, wallClock } from '../../internal/second-wheel.js';
import type { Event } from '../events/socket-events.js';
import type { DefaultRequest } from '../server-context.js';
import type { Socket } from '../socket/socket.js';
import type { Decision, DeniedAttempt, GuardedSocket } from './guards.js';
import { ClientError, isClientError, refusalOf } from './refusal.js';

/** When an application is asked who somebody is. */
export type AuthOccasion = 'connect' | 'renew' | 'recheck';

/** It may say how long its answer holds: milliseconds since the epoch, or a date. */
export type AuthDecision = Decision | { readonly expiresAt: number | Date };

/** Authentication that lasts as long as a socket does, and no longer than it is valid. */
export interface AuthOptions<Request = DefaultRequest> {
  /**
   * Decides whether a client is, or still is, who it says: as it connects (a client that comes back for its socket included),
   * when it renews its credentials, and every `recheckInterval`. When it fails at a recheck, the socket stays.
   * @param auth what the client has sent last: `handshake.auth`, or with `renewEvent`.
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

/** The defaults of {@link AuthOptions}. */
export const authDefaults = Object.freeze({ recheckInterval: 0, renewEvent: 'authenticate' });

/** Ends sockets when their time is over. */
export class SessionExpiry {
  readonly #wheel = new SecondWheel<Socket>(end, wallClock);
  readonly #times = new WeakMap<Socket, number>();

  of(socket: Socket): Date | undefined {
    const time = this.#times.get(socket);
    return time === undefined ? undefined : new Date(time);
  }

  /** @throws TypeError for what is no time. */
  set(socket: Socket, time: number | Date | undefined): void {
    if (time === undefined) return this.forget(socket);
    const at = Number(time);
    if (!Number.isFinite(at)) throw new TypeError('expiresAt: a date or milliseconds since the epoch are expected');
    this.#times.set(socket, at);
    this.#wheel.set(socket, at);
  }

  /** Whether its time is over, which the next tick would only find later: then it is ended now. */
  ends(socket: Socket): boolean {
    if (this.#wheel.size === 0) return false;
    const at = this.#times.get(socket);
    if (at === undefined || at > Date.now()) return false;
    end(socket);
    return true;
  }

  forget(socket: Socket): void {
    this.#times.delete(socket);
    this.#wheel.delete(socket);
  }
}

function end(socket: Socket): void {
  const expired = new LimitExceeded('auth_expired', 'The authentication has expired');
  contain(
    () => socket._endAuth(expired),
    (error) => socket._report(error, 'auth', undefined),
  );
}

/** Asks the application, at the times that it has named. */
export class Authenticator {
  readonly renewEvent: string;
  readonly #options: AuthOptions<never>;
  readonly #interval: number;
  readonly #credentials = new WeakMap<Socket, unknown>();
  readonly #wheel = new SecondWheel<Socket>((socket) => void this.#recheck(socket), monotonicClock);

  /** @throws OptionError for invalid options. */
  constructor(options: AuthOptions<never>) {
    const { check, recheckInterval = authDefaults.recheckInterval, renewEvent = authDefaults.renewEvent } = options;
    if (typeof check !== 'function')
      throw new OptionError('option auth.check: a function (socket, auth, occasion) => decision is expected');
    if (!(typeof recheckInterval === 'number' && recheckInterval >= 0)) {
      throw new OptionError('option auth.recheckInterval: a number, at least 0, is expected');
    }
    if (typeof renewEvent !== 'string')
      throw new OptionError('option auth.renewEvent: the name of an event is expected');
    this.#options = options;
    this.#interval = recheckInterval;
    this.renewEvent = renewEvent;
  }

  /** @throws ClientError, or rejects with it, for a client that is not let in. */
  connect(socket: Socket, auth: unknown): void | PromiseLike<void> {
    const decision = this.#options.check(socket as never, auth, 'connect');
    if (isPromise(decision)) return decision.then((late) => this.#accept(socket, auth, late));
    this.#accept(socket, auth, decision);
  }

  /** @throws ClientError */
  #accept(socket: Socket, auth: unknown, decision: AuthDecision): void {
    assertAllowed(decision);
    if (typeof decision === 'object' && 'expiresAt' in decision) socket.expiresAt = decision.expiresAt;
    this.#credentials.set(socket, auth);
    this.#scheduleRecheck(socket);
  }

  #scheduleRecheck(socket: Socket): void {
    // A socket that has left while the application was asked about it must not be kept until then.
    const present = socket.connected || socket._joining;
    if (this.#interval > 0 && present) this.#wheel.set(socket, performance.now() + this.#interval);
  }

  async renew(socket: Socket, data: Event, id: number | undefined): Promise<void> {
    const { _pending: pending } = socket.client;
    const cost = pending.add(data);
    try {
      const auth: unknown = data[1];
      this.#accept(socket, auth, await this.#options.check(socket as never, auth, 'renew'));
      if (id !== undefined) socket._acknowledge(id, [{ expiresAt: socket.expiresAt?.getTime() ?? null }], data[0]);
    } catch (error) {
      if (socket.connected) socket._fail(error, data[0], id);
    } finally {
      pending.remove(cost);
    }
  }

  async #recheck(socket: Socket): Promise<void> {
    if (!socket.connected) return;
    const auth = this.#credentials.get(socket);
    // Credentials that came meanwhile have been judged by themselves.
    const current = () => socket.connected && this.#credentials.get(socket) === auth;
    try {
      const decision = await this.#options.check(socket as never, auth, 'recheck');
      if (current()) this.#accept(socket, auth, decision);
    } catch (error) {
      if (!isClientError(error)) socket._report(error, 'auth', undefined);
      if (!current()) return;
      if (isClientError(error)) socket._endAuth(new LimitExceeded('auth_revoked', refusalOf(error).message));
      else this.#scheduleRecheck(socket);
    }
  }

  forget(socket: Socket): void {
    this.#wheel.delete(socket);
  }
}

/** @throws ClientError unless the decision lets the client in */
function assertAllowed(decision: AuthDecision): void {
  if (decision === true || (typeof decision === 'object' && decision !== null && 'expiresAt' in decision)) return;
  const denied = decision as Partial<DeniedAttempt> | null | undefined | false;
  const { name = 'auth_refused', message = 'Authentication refused', data } = denied || {};
  throw new ClientError(name, message, data);
}

function isPromise(value: unknown): value is PromiseLike<AuthDecision> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
