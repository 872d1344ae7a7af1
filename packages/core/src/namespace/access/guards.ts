import { isThenable } from '../../internal/lazy-emitter.js';
import { OptionError } from '../../internal/option-error.js';
import type { DefaultEventsMap } from '../events/events-map.js';
import type { Event } from '../events/socket-events.js';
import type { DefaultRequest } from '../server-context.js';
import type { Socket } from '../socket/socket.js';
import { tooManyPending } from './pending-limit.js';
import { ClientError, methodAccessDenied } from './refusal.js';

/** What a client is about to do: join a namespace (`socket.nsp.name` is which), or have an event handled. */
export type Attempt =
  | { readonly type: 'connect'; readonly auth: unknown }
  | {
      readonly type: 'event';
      /** The name that a class has for it, however the client spells it; where no method serves it, as the client sends it. */
      readonly event: string;
      /** The name of the method that serves it; undefined for listeners and for events that nothing serves. */
      readonly method?: string | undefined;
      readonly args: readonly unknown[];
    };

/**
 * What a guard decides. `true` lets the attempt go on. Anything else refuses it: an object says what the client is told,
 * `false` leaves that to us.
 */
export type Decision = boolean | DeniedAttempt;

/** How a guard refuses in its own words. */
export interface DeniedAttempt {
  /** A stable name, for programs. @default `connection_refused`, or of an event `method_access_denied` */
  readonly name?: string;
  /** What the client is told. */
  readonly message: string;
  /** Sent along, as that of a `ClientError`. */
  readonly data?: unknown;
}

/** A socket as guards see it, of whatever events. */
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

/** Events of a socket that wait for the decision about an earlier one. */
interface Line {
  tail: Promise<void>;
  length: number;
}

/** The guards of a server. */
export class Guards {
  readonly #guards: readonly AppGuard<never>[];
  readonly #maxWaiting: number;
  readonly #lines = new WeakMap<Socket, Line>();

  /** @throws OptionError for what is no function */
  constructor(guards: readonly AppGuard<never>[], maxWaiting: number) {
    if (!Array.isArray(guards) || !guards.every((guard) => typeof guard === 'function')) {
      throw new OptionError('option guards: a list of functions (socket, attempt) => decision is expected');
    }
    this.#guards = [...guards];
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Returns, or resolves, when all guards let the client in.
   * @throws ClientError of the one that does not, or whatever a guard throws
   */
  connect(socket: Socket, auth: unknown): undefined | Promise<void> {
    return this.#ask(socket, { type: 'connect', auth });
  }

  /** Calls `proceed` when all guards allow the event. Else its client is told, and whoever takes care of failures. */
  event(socket: Socket, data: Event, id: number | undefined, proceed: () => void): void {
    const line = this.#lines.get(socket);
    if (line === undefined) {
      const pending = this.#decide(socket, data, id, proceed);
      if (pending !== undefined) this.#queue(socket, { tail: pending, length: 0 }, data, pending);
    } else if (line.length >= this.#maxWaiting) {
      socket.client.conn.close(false, tooManyPending(this.#maxWaiting));
    } else {
      const turn = () => (socket.connected ? this.#decide(socket, data, id, proceed) : undefined);
      this.#queue(socket, line, data, line.tail.then(turn));
    }
  }

  /** Whether events of a socket wait for a decision. */
  holds(socket: Socket): boolean {
    return this.#lines.has(socket);
  }

  #queue(socket: Socket, line: Line, data: Event, tail: Promise<void>): void {
    const { _pending: pending } = socket.client;
    const cost = pending.add(data);
    line.tail = tail;
    line.length++;
    this.#lines.set(socket, line);
    void tail.then(() => {
      pending.remove(cost);
      if (--line.length === 0) this.#lines.delete(socket);
    });
  }

  /** Never fails; the promise is there only when a guard is asynchronous. */
  #decide(socket: Socket, data: Event, id: number | undefined, proceed: () => void): undefined | Promise<void> {
    const refuse = (error: unknown) => socket._fail(error, data[0], id);
    try {
      const pending = this.#ask(socket, attemptOf(socket, data));
      if (pending !== undefined) return pending.then(() => void (socket.connected && proceed()), refuse);
    } catch (error) {
      refuse(error);
      return undefined;
    }
    proceed();
    return undefined;
  }

  #ask(socket: Socket, attempt: Attempt): undefined | Promise<void> {
    for (let i = 0; i < this.#guards.length; i++) {
      const decision = this.#guards[i]?.(socket as never, attempt);
      if (isThenable(decision)) return this.#askLater(decision, i + 1, socket, attempt);
      assertAllowed(decision, attempt);
    }
    return undefined;
  }

  async #askLater(pending: PromiseLike<unknown>, next: number, socket: Socket, attempt: Attempt): Promise<void> {
    assertAllowed(await pending, attempt);
    for (let i = next; i < this.#guards.length; i++) {
      assertAllowed(await this.#guards[i]?.(socket as never, attempt), attempt);
    }
  }
}

function attemptOf(socket: Socket, data: Event): Attempt {
  const [event] = data;
  const method = socket._events?.[event] === undefined ? socket._methods?.find(event)?.method : undefined;
  return { type: 'event', event, method: method === undefined ? undefined : String(method), args: data.slice(1) };
}

/** @throws ClientError unless the decision is to let the attempt go on */
function assertAllowed(decision: unknown, attempt: Attempt): void {
  if (decision === true) return;
  const denied = decision as Partial<DeniedAttempt> | null | undefined;
  if (typeof denied?.message === 'string') {
    throw new ClientError(denied.name ?? DEFAULT_NAMES[attempt.type], denied.message, denied.data);
  }
  if (attempt.type === 'event') throw methodAccessDenied(attempt.event);
  throw new ClientError(DEFAULT_NAMES.connect, 'Connection rejected by server');
}

const DEFAULT_NAMES = { connect: 'connection_refused', event: 'method_access_denied' } as const;
