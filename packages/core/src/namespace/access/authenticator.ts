import { LimitExceeded } from '../../internal/coded-error.js';
import { contain } from '../../internal/events/lazy-emitter.js';
import { OptionError } from '../../internal/option-error.js';
import { shown } from '../../internal/shown.js';
import { monotonicClock, SecondWheel, wallClock } from '../../internal/time/second-wheel.js';
import type { AuthenticatorLike, SessionExpiryLike, SocketLike } from '../contracts.js';
import type { Event } from '../events/socket-events.js';
import { kAcknowledge, kEndAuth, kFail, kJoining, kReport } from '../symbols.js';
import type { Decision, DeniedAttempt } from './guards.js';
import { ClientError, isClientError, refusalOf } from './refusal.js';

/** The answer of an application; see `Verdict`. */
type Verdict = Decision | { readonly expiresAt: number | Date };

/** The option `auth`; applications see it as `AuthOptions`. */
export interface AuthenticatorOptions {
  readonly check: (
    socket: never,
    auth: unknown,
    occasion: 'connect' | 'renew' | 'recheck',
  ) => Verdict | PromiseLike<Verdict>;
  readonly recheckInterval?: number;
  readonly renewEvent?: string;
}

/** The defaults of `AuthOptions`. */
export const authDefaults = Object.freeze({ recheckInterval: 0, renewEvent: 'authenticate' });

/** Ends sockets when their time is over. */
export class SessionExpiry implements SessionExpiryLike {
  readonly #wheel = new SecondWheel<SocketLike>(end, wallClock);
  readonly #times = new WeakMap<SocketLike, number>();
  isUsed = false;

  of(socket: SocketLike): Date | undefined {
    const time = this.#times.get(socket);
    return time === undefined ? undefined : new Date(time);
  }

  /** @throws TypeError for a value that is not a time. */
  set(socket: SocketLike, time: number | Date | undefined): void {
    if (time === undefined) return this.forget(socket);
    const at = Number(time);
    if (!Number.isFinite(at)) {
      throw new TypeError(
        `expiresAt must be a date or milliseconds since the epoch, not ${shown(time, 'an object without a valid time')}`,
      );
    }
    this.isUsed = true;
    this.#times.set(socket, at);
    this.#wheel.set(socket, at);
  }

  /** Whether its time is over, which the next tick would only find later: then it is ended now. */
  ends(socket: SocketLike): boolean {
    const at = this.#times.get(socket);
    if (at === undefined || at > Date.now()) return false;
    end(socket);
    return true;
  }

  forget(socket: SocketLike): void {
    this.#times.delete(socket);
    this.#wheel.delete(socket);
  }
}

function end(socket: SocketLike): void {
  const expired = new LimitExceeded('auth_expired', 'The authentication has expired');
  contain(
    () => socket[kEndAuth](expired),
    (error) => socket[kReport](error, 'auth', undefined),
  );
}

/** Asks the application, at the times that it has named. */
export class Authenticator implements AuthenticatorLike {
  readonly renewEvent: string;
  readonly #options: AuthenticatorOptions;
  readonly #interval: number;
  readonly #credentials = new WeakMap<SocketLike, unknown>();
  readonly #wheel = new SecondWheel<SocketLike>((socket) => void this.#recheck(socket), monotonicClock);

  /** @throws OptionError for invalid options. */
  constructor(options: AuthenticatorOptions) {
    const { check, recheckInterval = authDefaults.recheckInterval, renewEvent = authDefaults.renewEvent } = options;
    if (typeof check !== 'function')
      throw new OptionError(
        `option auth.check must be a function (socket, auth, occasion) => decision, not ${shown(check)}`,
      );
    if (!(typeof recheckInterval === 'number' && recheckInterval >= 0)) {
      throw new OptionError(
        `option auth.recheckInterval must be a number of at least 0, not ${shown(recheckInterval)}`,
      );
    }
    if (typeof renewEvent !== 'string')
      throw new OptionError(`option auth.renewEvent must be the name of an event, not ${shown(renewEvent)}`);
    this.#options = options;
    this.#interval = recheckInterval;
    this.renewEvent = renewEvent;
  }

  /** @throws ClientError, or rejects with it, for a client that is not let in. */
  connect(socket: SocketLike, auth: unknown): void | PromiseLike<void> {
    const decision = this.#options.check(socket as never, auth, 'connect');
    if (isPromise(decision)) return decision.then((late) => this.#accept(socket, auth, late));
    this.#accept(socket, auth, decision);
  }

  /** @throws ClientError */
  #accept(socket: SocketLike, auth: unknown, decision: Verdict): void {
    assertAllowed(decision);
    if (typeof decision === 'object' && 'expiresAt' in decision) socket.expiresAt = decision.expiresAt;
    this.#credentials.set(socket, auth);
    this.#scheduleRecheck(socket);
  }

  #scheduleRecheck(socket: SocketLike): void {
    // A socket that has left while the application was asked about it must not be kept until then.
    const present = socket.connected || socket[kJoining];
    if (this.#interval > 0 && present) this.#wheel.set(socket, performance.now() + this.#interval);
  }

  async renew(socket: SocketLike, data: Event, id: number | undefined): Promise<void> {
    const { _pending: pending } = socket.client;
    const cost = pending.add(data);
    try {
      const auth: unknown = data[1];
      this.#accept(socket, auth, await this.#options.check(socket as never, auth, 'renew'));
      if (id !== undefined) socket[kAcknowledge](id, [{ expiresAt: socket.expiresAt?.getTime() ?? null }], data[0]);
    } catch (error) {
      if (socket.connected) socket[kFail](error, data[0], id);
    } finally {
      pending.remove(cost);
    }
  }

  async #recheck(socket: SocketLike): Promise<void> {
    if (!socket.connected) return;
    const auth = this.#credentials.get(socket);
    // Credentials that came meanwhile have been judged by themselves.
    const current = () => socket.connected && this.#credentials.get(socket) === auth;
    try {
      const decision = await this.#options.check(socket as never, auth, 'recheck');
      if (current()) this.#accept(socket, auth, decision);
    } catch (error) {
      if (!isClientError(error)) socket[kReport](error, 'auth', undefined);
      if (!current()) return;
      if (isClientError(error)) socket[kEndAuth](new LimitExceeded('auth_revoked', refusalOf(error).message));
      else this.#scheduleRecheck(socket);
    }
  }

  forget(socket: SocketLike): void {
    this.#wheel.delete(socket);
  }
}

/** @throws ClientError unless the decision lets the client in */
function assertAllowed(decision: Verdict): void {
  if (decision === true || (typeof decision === 'object' && decision !== null && 'expiresAt' in decision)) return;
  const denied = decision as Partial<DeniedAttempt> | null | undefined | false;
  const { name = 'auth_refused', message = 'Authentication refused', data } = denied || {};
  throw new ClientError(name, message, data);
}

function isPromise(value: unknown): value is PromiseLike<Verdict> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
