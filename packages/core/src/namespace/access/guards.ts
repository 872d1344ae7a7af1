import { isThenable } from '../../internal/events/lazy-emitter.js';
import { OptionError } from '../../internal/option-error.js';
import { shown } from '../../internal/shown.js';
import type { GuardsLike, SocketLike } from '../contracts.js';
import type { Event } from '../events/socket-events.js';
import { kFail, kMethods } from '../symbols.js';
import { tooManyPending } from './pending-limit.js';
import { ClientError, methodAccessDenied } from './refusal.js';

/** An attempt of a client: to join a namespace (`socket.nsp.name`), or to send an event. */
export type Attempt =
  | { readonly type: 'connect'; readonly auth: unknown }
  | {
      readonly type: 'event';
      /**
       * The event's name as the class has it, however the client spells it. If no method serves the event, the name as
       * the client sent it.
       */
      readonly event: string;
      /** The name of the method that serves the event; undefined for listeners and for unknown events. */
      readonly method?: string | undefined;
      readonly args: readonly unknown[];
    };

/**
 * The decision of a guard. `true` allows the attempt. Anything else refuses it: an object says what the client is told,
 * `false` leaves that to the server.
 */
export type Decision = boolean | DeniedAttempt;

/** A refusal with a name, a text or data for the client. */
export interface DeniedAttempt {
  /** A stable name, for programs. @default `connection_refused`, or of an event `method_access_denied` */
  readonly name?: string;
  /** The text for the client. */
  readonly message: string;
  /** Data for the client, as in a `ClientError`. */
  readonly data?: unknown;
}

/** A guard, whatever its application calls it with. */
type Guard = (socket: SocketLike, attempt: Attempt) => unknown;

/** Events of a socket that wait for the decision about an earlier one. */
interface WaitingEvents {
  tail: Promise<void>;
  length: number;
}

/** The guards of a server. */
export class Guards implements GuardsLike {
  readonly #guards: readonly Guard[];
  readonly #maxWaiting: number;
  readonly #lines = new WeakMap<SocketLike, WaitingEvents>();

  /** @throws OptionError for a guard that is not a function. */
  constructor(guards: readonly ((socket: never, attempt: Attempt) => unknown)[], maxWaiting: number) {
    const list: readonly unknown[] = Array.isArray(guards) ? guards : [guards];
    const wrong = list.find((guard) => typeof guard !== 'function');
    if (wrong !== undefined || !Array.isArray(guards)) {
      throw new OptionError(
        `option guards must be a list of functions (socket, attempt) => decision, not ${shown(wrong ?? guards)}`,
      );
    }
    this.#guards = [...guards] as Guard[];
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Returns, or resolves, when all guards let the client in.
   * @throws ClientError of the one that does not, or whatever a guard throws
   */
  connect(socket: SocketLike, auth: unknown): undefined | Promise<void> {
    return this.#ask(socket, { type: 'connect', auth });
  }

  /** Calls `proceed` when all guards allow the event. Else its client is told, and the failure is reported. */
  event(socket: SocketLike, data: Event, id: number | undefined, proceed: () => void): void {
    const line = this.#lines.get(socket);
    if (line === undefined) {
      const pending = this.#decide(socket, data, id, proceed);
      if (pending !== undefined) this.#queue(socket, { tail: pending, length: 0 }, data, pending);
    } else if (line.length >= this.#maxWaiting) {
      socket.conn.close(false, tooManyPending(this.#maxWaiting));
    } else {
      const turn = () => (socket.connected ? this.#decide(socket, data, id, proceed) : undefined);
      this.#queue(socket, line, data, line.tail.then(turn));
    }
  }

  /** Whether events of a socket wait for a decision. */
  holds(socket: SocketLike): boolean {
    return this.#lines.has(socket);
  }

  #queue(socket: SocketLike, line: WaitingEvents, data: Event, tail: Promise<void>): void {
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
  #decide(socket: SocketLike, data: Event, id: number | undefined, proceed: () => void): undefined | Promise<void> {
    const refuse = (error: unknown) => socket[kFail](error, data[0], id);
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

  #ask(socket: SocketLike, attempt: Attempt): undefined | Promise<void> {
    for (let i = 0; i < this.#guards.length; i++) {
      const decision = this.#guards[i]?.(socket, attempt);
      if (isThenable(decision)) return this.#askLater(decision, i + 1, socket, attempt);
      assertAllowed(decision, attempt);
    }
    return undefined;
  }

  async #askLater(pending: PromiseLike<unknown>, next: number, socket: SocketLike, attempt: Attempt): Promise<void> {
    assertAllowed(await pending, attempt);
    for (let i = next; i < this.#guards.length; i++) {
      assertAllowed(await this.#guards[i]?.(socket, attempt), attempt);
    }
  }
}

function attemptOf(socket: SocketLike, data: Event): Attempt {
  const [event] = data;
  const method = socket._events?.[event] === undefined ? socket[kMethods]?.find(event)?.method : undefined;
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
