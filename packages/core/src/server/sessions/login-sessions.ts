import { Adapter } from 'socket.io-adapter';
import { containRejection } from '../../internal/events/lazy-emitter.js';
import { endedSessions } from '../../internal/http/request.js';
import { genuineNow, genuineTimeout } from '../../internal/time/genuine.js';
import { settle } from '../../namespace/hub/adapter-result.js';
import type { ClusteredAdapter } from '../../namespace/hub/cluster-contracts.js';
import type { Hub } from '../../namespace/hub/typed-hub.js';
import type { Exchange } from '../../transport/exchange.js';
import type { Engine } from '../../virtual-socket/engine.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';

/** Tells the id of the login session that a request belongs to, if any. */
export type SessionIdOf<Request> = (request: Request) => string | undefined;

/** As servers tell it to each other. */
const ENDED = 'sio:session ended';
/** The same of those that have ended while the teller was out of reach. */
const ENDED_AWAY = 'sio:sessions ended away';
/** The question after those that have ended lately. */
const LATELY = 'sio:sessions ended lately';

/** Time (ms) for which ended sessions are remembered: Node gives a request no longer to arrive, and a guard should decide within it. */
const REMEMBERED = 300_000;
/** Ended sessions that are remembered; beyond, the oldest is forgotten. */
const MOST_REMEMBERED = 100_000;

/** The session id where express-session, @fastify/session or `io.engine.use(session(…))` put it: in `request.sessionID`. */
export function usualSessionId(request: { sessionID?: unknown } | null | undefined): string | undefined {
  return typeof request?.sessionID === 'string' ? request.sessionID : undefined;
}

/** A session that has ended so many milliseconds ago. */
export interface LateEnd {
  readonly id: string;
  readonly age: number;
}

interface EndedSession {
  readonly epoch: number;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/** The login sessions that connections belong to, and those that have ended lately. */
export class LoginSessions {
  readonly #idOf: SessionIdOf<never>;
  readonly #report: (error: unknown) => void;
  /** Of connections that have let go of their request. */
  readonly #released = new WeakMap<VirtualSocket, string>();
  /** In the order in which they ended. */
  readonly #ended = new Map<string, EndedSession>();
  #forgetting: NodeJS.Timeout | undefined;
  readonly #engines = new Set<Engine>();

  /** @param report takes failures of `idOf`. */
  constructor(idOf: SessionIdOf<never>, report: (error: unknown) => void) {
    this.#idOf = idOf;
    this.#report = report;
  }

  /** Looks after the connections of an engine. */
  watch(engine: Engine): void {
    engine.requestReleased = (conn) => this.#remember(conn);
    for (const old of this.#engines) if (old.closed) this.#engines.delete(old);
    this.#engines.add(engine);
    this.#askEngines();
  }

  /** Requests are checked only while there are ended sessions. */
  #askEngines(): void {
    const ask = this.#ended.size === 0 ? undefined : (exchange: Exchange) => this.#hasEnded(exchange);
    for (const engine of this.#engines) engine.sessionEnded = ask;
  }

  #remember(conn: VirtualSocket): void {
    const id = this.#safeId(conn.context, () => {});
    if (id !== undefined) this.#released.set(conn, id);
  }

  /**
   * Closes the connections of a session, and keeps out those whose requests have come already.
   * @returns how many connections were closed.
   */
  end(engine: Engine | undefined, id: string): number {
    return this.#end(engine, id, Number.POSITIVE_INFINITY);
  }

  /** Closes the connections of sessions that have ended a while ago: this server was out of reach. */
  endLate(engine: Engine | undefined, ended: readonly LateEnd[]): void {
    for (const { id, age } of ended) {
      if (typeof id !== 'string' || typeof age !== 'number' || this.#ended.has(id)) continue;
      // A connection made since belongs to a session that has begun again.
      this.#end(engine, id, Date.now() - age);
    }
  }

  /** The sessions that have ended lately, for a server that was out of reach. */
  get lately(): LateEnd[] {
    const now = performance.now();
    return [...this.#ended].map(([id, { at }]) => ({ id, age: now - at }));
  }

  #end(engine: Engine | undefined, id: string, before: number): number {
    this.#keepOut(id);
    let closed = 0;
    let reported = false;
    // A thousand connections would report the same failure a thousand times.
    const failed = (error: unknown) => {
      if (!reported) this.#report(error);
      reported = true;
    };
    for (const conn of [...(engine?.connections.values() ?? [])]) {
      if (conn.readyState === 'closed' || conn.openedAt > before) continue;
      if ((this.#released.get(conn) ?? this.#safeId(conn.context, failed)) !== id) continue;
      conn.disconnect();
      closed++;
    }
    return closed;
  }

  #keepOut(id: string): void {
    // To be the last.
    this.#ended.delete(id);
    this.#ended.set(id, { epoch: ++endedSessions.count, at: genuineNow() });
    if (this.#ended.size === 1) this.#askEngines();
    if (this.#ended.size > MOST_REMEMBERED) this.#ended.delete(this.#ended.keys().next().value as string);
    this.#forgetting ??= genuineTimeout(this.#forget, REMEMBERED).unref();
  }

  readonly #forget = (): void => {
    this.#forgetting = undefined;
    const now = genuineNow();
    for (const [id, { at }] of this.#ended) {
      if (at + REMEMBERED > now) {
        this.#forgetting = genuineTimeout(this.#forget, at + REMEMBERED - now).unref();
        return;
      }
      this.#ended.delete(id);
    }
    this.#askEngines();
  };

  #hasEnded({ context, arrived }: Exchange): boolean {
    // A failure has been reported when the session ended.
    const id = this.#safeId(context, () => {});
    const ended = id === undefined ? undefined : this.#ended.get(id);
    return ended !== undefined && ended.epoch > arrived;
  }

  #safeId(context: unknown, failed: (error: unknown) => void): string | undefined {
    if (context === null) return undefined;
    try {
      const id = this.#idOf(context as never);
      // An asynchronous function tells nothing, and must not end the process either.
      containRejection(id, failed);
      return id;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }
}

/** Tells the other servers, if the adapter reaches any. */
export function endElsewhere({ adapter }: Hub, id: string): void {
  if (adapter.serverSideEmit !== Adapter.prototype.serverSideEmit) settle(adapter, adapter.serverSideEmit([ENDED, id]));
}

/** Hears of sessions that other servers say have ended, and tells them of those that have ended lately. */
export function onEndedElsewhere(
  hub: Hub,
  end: (id: string) => void,
  endLate: (ended: LateEnd[]) => void,
  lately: () => LateEnd[],
): void {
  hub._fromServers.set(ENDED, (id) => void (typeof id === 'string' && end(id)));
  hub._fromServers.set(ENDED_AWAY, (ended) => void (Array.isArray(ended) && endLate(ended)));
  hub._fromServers.set(LATELY, (done) => void (typeof done === 'function' && done(lately())));
}

/**
 * Whenever this server reaches the others again, it asks which sessions have ended meanwhile, and tells which have ended here. One of the
 * two arrives also if both servers were out of reach.
 */
export function catchUpWhenBack(
  adapter: ClusteredAdapter,
  endLate: (ended: LateEnd[]) => void,
  lately: () => LateEnd[],
): void {
  const { cluster } = adapter;
  cluster?.on('state', (_state, before) => {
    if (before !== 'down' || cluster.state === 'down') return;
    const answered = (_error: unknown, answers: unknown) => {
      for (const each of Array.isArray(answers) ? answers : []) if (Array.isArray(each)) endLate(each);
    };
    settle(adapter, adapter.serverSideEmit([LATELY, answered]));
    const ended = lately();
    if (ended.length > 0) settle(adapter, adapter.serverSideEmit([ENDED_AWAY, ended]));
  });
}
