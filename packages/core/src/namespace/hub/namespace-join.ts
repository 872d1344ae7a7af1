import { refusalChannel } from '../../internal/events/channels.js';
import { isThenable } from '../../internal/events/lazy-emitter.js';
import { keepShape } from '../../internal/kept-shapes.js';
import { DeadlineQueue, QueuedDeadline } from '../../internal/time/deadlines.js';
import type { ConnectFailure } from '../../virtual-socket/dialect.js';
import { isClientError, refusalOf } from '../access/refusal.js';
import type { HubLike, HubMiddleware, SocketLike } from '../contracts.js';
import { publishConnectRefused } from '../events/diagnostics.js';
import { kAbandon, kBeforeConnect, kConnect, kJoining } from '../symbols.js';

/**
 * A socket's way into a namespace: middlewares, guards, the class's `onConnect`, then the client is told. Stays synchronous as
 * long as nothing is asynchronous; after that it has `connectTimeout` until the client is refused.
 */
export class NamespaceJoin extends QueuedDeadline {
  readonly #hub: HubLike;
  readonly #socket: SocketLike;
  readonly #auth: unknown;
  /** As they were when the client came. */
  readonly #middlewares: readonly HubMiddleware[];
  #isOver = false;

  constructor(hub: HubLike, socket: SocketLike, auth: unknown) {
    super();
    this.#hub = hub;
    this.#socket = socket;
    this.#auth = auth;
    this.#middlewares = hub._middlewares.length === 0 ? NO_MIDDLEWARES : [...hub._middlewares];
  }

  run(): void {
    if (this.#socket.recovered && this.#hub._recovery?.skipMiddlewares === true) this.#enter();
    else this.#middleware(0);
    if (!this.#isOver) this.#hub.server.connectDeadline.arm(this);
  }

  override onDeadline({ duration }: DeadlineQueue): void {
    if (this.#gone()) return;
    this.#report(new Error(`A middleware, a guard or onConnect has not decided within ${duration} ms`), 'connect');
    this.#refuse({ name: 'join_timeout', message: JOIN_TIMEOUT });
  }

  #middleware(index: number): void {
    const middleware = this.#middlewares[index];
    // Later: the code behind a middleware's call of `next` comes before what happens to the socket.
    if (middleware === undefined) return index === 0 ? this.#enter() : process.nextTick(() => this.#enter());
    let answered = false;
    const next = (error?: Error & { data?: unknown }) => {
      if (answered) return;
      answered = true;
      if (!error) this.#middleware(index + 1);
      else this.#refuse(this.#words(error));
    };
    const fail = (error: unknown) => {
      if (answered) return this.#report(error, 'middleware');
      answered = true;
      this.#crash(error, 'middleware');
    };
    try {
      const result = middleware(this.#socket, next);
      if (isThenable(result)) result.then(undefined, fail);
    } catch (error) {
      fail(error);
    }
  }

  /** The text that a middleware has for its client. */
  #words(error: string | (Error & { data?: unknown })): ConnectFailure {
    if (typeof error === 'string') return { message: error };
    try {
      return { message: String(error.message), data: error.data };
    } catch (failure) {
      this.#report(failure, 'middleware');
      return { message: 'Internal error' };
    }
  }

  #enter(): void {
    if (this.#gone()) return;
    let verdict: unknown;
    try {
      verdict = this.#ask();
    } catch (error) {
      return this.#crash(error, 'connect');
    }
    if (isThenable(verdict)) {
      verdict.then(
        (value) => this.#decide(value),
        (error: unknown) => this.#crash(error, 'connect'),
      );
    } else this.#decide(verdict);
  }

  /** Authentication, then the guards, then the class. */
  #ask(): unknown {
    const socket = this.#socket;
    const authenticated = this.#hub.server.authenticator?.connect(socket, this.#auth);
    if (authenticated === undefined) return this.#askGuards();
    return authenticated.then(() => socket[kJoining] && this.#askGuards());
  }

  #askGuards(): unknown {
    const socket = this.#socket;
    const pending = this.#hub.server.guards?.connect(socket, this.#auth);
    if (pending === undefined) return socket[kBeforeConnect](this.#auth);
    // `#decide` deals with a client that has left meanwhile.
    return pending.then(() => socket[kJoining] && socket[kBeforeConnect](this.#auth));
  }

  #decide(verdict: unknown): void {
    if (this.#gone()) return;
    if (verdict === false) return this.#refuse({ message: 'Connection rejected by server' });
    this.#settle(true);
    this.#socket[kConnect]();
  }

  /** Middlewares may go on, and call `next`, long after the client has left or was refused. */
  #settle(accepted: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    DeadlineQueue.cancel(this);
    this.#hub._settled(this.#socket, accepted);
  }

  /** The client left, or was disconnected, before it was accepted. */
  #gone(): boolean {
    if (this.#socket[kJoining] && this.#socket.conn.readyState === 'open') return false;
    this.#socket[kAbandon]();
    this.#settle(false);
    return true;
  }

  /** Only an error that is made for the client says why. */
  #crash(error: unknown, phase: string): void {
    this.#report(error, phase);
    this.#refuse(failureOf(error));
  }

  #report(error: unknown, phase: string): void {
    if (isClientError(error) && phase === 'connect') return;
    this.#hub.server.report(error, { phase, namespace: this.#hub.name, socket: this.#socket });
  }

  #refuse(failure: ConnectFailure): void {
    if (this.#gone()) return;
    const { conn } = this.#socket;
    if (refusalChannel.hasSubscribers) publishConnectRefused(conn, this.#hub.name, this.#socket, failure);
    this.#socket[kAbandon]();
    this.#settle(false);
    try {
      conn.dialect.sendConnectFailure(conn, this.#hub.name, failure);
    } catch (error) {
      this.#hub.server.report(error, { phase: 'connect', namespace: this.#hub.name, socket: this.#socket });
      this.#socket.client.sendConnectFailure(this.#hub.name, { message: failure.message });
    }
  }
}

/** The text for a client whose request to join was not decided on in time. */
export const JOIN_TIMEOUT = 'The server has not decided in time';
const NO_MIDDLEWARES: readonly HubMiddleware[] = [];

function failureOf(error: unknown): ConnectFailure {
  const { message, data } = refusalOf(error);
  return { message, data };
}

keepShape(new NamespaceJoin({ _middlewares: NO_MIDDLEWARES } as HubLike, {} as SocketLike, {}));
