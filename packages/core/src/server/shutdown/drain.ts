import type { Server } from 'node:net';
import type { Passage } from '../../internal/http/passages.js';
import { OptionError } from '../../internal/option-error.js';
import type { Pending } from '../../internal/pending.js';
import { shown } from '../../internal/shown.js';
import { clearGenuineTimeout, genuineNow, genuineTimeout } from '../../internal/time/genuine.js';
import type { Engine } from '../../virtual-socket/engine.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import { Retirement } from './retirement.js';

/** Options of `io.drain()`. */
export interface DrainOptions {
  /** The time after which the remaining connections are cut off. @unit ms @default 10000 */
  deadline?: number;
  /**
   * The time over which the ends of connections are spread, so that clients do not all reconnect at once.
   * @unit ms @default 2000
   */
  jitter?: number;
  /** The time that refused clients are told to wait (`Retry-After`). @unit s @default 5 */
  retryAfter?: number;
}

/** The result of `io.drain()`. */
export interface DrainReport {
  /** How many connections ended after all work for their clients was done. */
  readonly closed: number;
  /** How many connections were cut off at the deadline. */
  readonly cut: number;
}

/** The defaults of {@link DrainOptions}. */
export const drainDefaults = Object.freeze({
  deadline: 10_000,
  jitter: 2000,
  retryAfter: 5,
} as const satisfies Required<DrainOptions>);

/** Fills in the defaults. @throws OptionError for invalid options. */
export function drainOptions(given: DrainOptions): Required<DrainOptions> {
  const {
    deadline = drainDefaults.deadline,
    jitter = drainDefaults.jitter,
    retryAfter = drainDefaults.retryAfter,
  } = given;
  const options = { deadline, jitter, retryAfter };
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'number' || !(value >= 0)) {
      throw new OptionError(`option drain.${name} must be a number of at least 0, not ${shown(value)}`);
    }
  }
  return options;
}

/** Seconds: a header has no `Infinity`, which the option may be. */
const LONGEST_RETRY = 2 ** 31 - 1;
/** Milliseconds between two looks at the connections that are left. */
const LOOK = 10;
/** Milliseconds that a client may take between two polls. */
const PAUSE = 1000;

/**
 * Ends the connections of an engine, each at a moment of its own, when nothing is under way on it. Connections that lead through this server
 * to sessions of other servers are among them.
 */
export class Drain {
  readonly #engine: Engine;
  readonly #hooks: Pending;
  readonly #options: Required<DrainOptions>;
  /** Connections through other HTTP servers are not touched. */
  readonly #only: Server | undefined;
  readonly #begun = genuineNow();
  /** When each connection's time has come. */
  readonly #times = new Map<VirtualSocket, number>();
  readonly #retirement = new Retirement();
  readonly #ended = new WeakMap<VirtualSocket, number>();
  /** Requests and WebSockets that were passed on to other servers when it began, and WebSockets that were passed on since. */
  readonly #passages = new Set<Passage>();
  #timer: NodeJS.Timeout | undefined = undefined;
  #closed = 0;
  #cut = 0;
  #done: (report: DrainReport) => void = () => {};

  /**
   * @param hooks those of disconnected sockets, which are waited for.
   * @param only the HTTP server whose connections end; undefined: all do.
   */
  constructor(engine: Engine, hooks: Pending, options: Required<DrainOptions>, only?: Server) {
    this.#engine = engine;
    this.#hooks = hooks;
    this.#options = options;
    this.#only = only;
  }

  run(): Promise<DrainReport> {
    const retryAfter = Math.min(Math.ceil(this.#options.retryAfter), LONGEST_RETRY);
    if (this.#only === undefined) this.#engine.retryAfter = retryAfter;
    else this.#engine.leaving.set(this.#only, retryAfter);
    return new Promise((resolve) => {
      this.#done = resolve;
      for (const passage of this.#engine.passages) this.#notePassage(passage);
      this.#look();
    });
  }

  /** Nothing is left to be done. */
  stop(): void {
    clearGenuineTimeout(this.#timer);
    this.#done({ closed: this.#closed, cut: this.#cut });
  }

  readonly #look = (): void => {
    const now = genuineNow() - this.#begun;
    const late = now >= this.#options.deadline;
    let left = 0;
    for (const conn of [...this.#engine.connections.values()]) {
      if (this.#only !== undefined && conn.transport.server !== this.#only) continue;
      const { readyState } = conn;
      if (readyState === 'closed' && !this.#isAwaited(conn)) continue;
      left++;
      try {
        if (late) this.#cutOff(conn);
        else if ((readyState === 'open' || readyState === 'opening') && now >= this.#timeOf(conn)) this.#retire(conn);
      } catch (error) {
        this.#engine.itemFailed(error, conn);
      }
    }
    this.#lookAtPassages(late);
    const { leaving } = this.#retirement;
    // Clients that have been told and do not go, or do not even read it.
    if (late) for (const transport of leaving) transport.abort();
    if (late || (left + leaving.size + this.#passages.size === 0 && !this.#hooks.any)) this.stop();
    else this.#timer = genuineTimeout(this.#look, LOOK);
  };

  /** The sessions are those of other servers, which end the connections in good order. */
  #lookAtPassages(late: boolean): void {
    const { passages } = this.#engine;
    for (const passage of passages) if (passage.isSocket) this.#notePassage(passage);
    for (const passage of [...this.#passages]) {
      if (passages.has(passage)) {
        if (!late) continue;
        if (passage.isSocket) this.#cut++;
        passage.cut();
      } else if (passage.isSocket) this.#closed++;
      this.#passages.delete(passage);
    }
  }

  #notePassage(passage: Passage): void {
    if (this.#passages.has(passage) || (this.#only !== undefined && passage.server !== this.#only)) return;
    this.#passages.add(passage);
    this.#engine.passages.end(passage, Math.max(this.#begun + this.#delay(), genuineNow()));
  }

  #delay(): number {
    return Math.random() * Math.min(this.#options.jitter, this.#options.deadline);
  }

  /** A client that was between two polls when its connection ended learns of it with its next poll, unless it is gone. */
  #isAwaited(conn: VirtualSocket): boolean {
    const ended = this.#ended.get(conn);
    return ended !== undefined && genuineNow() - ended < PAUSE;
  }

  #timeOf(conn: VirtualSocket): number {
    let time = this.#times.get(conn);
    if (time === undefined) {
      time = this.#delay();
      this.#times.set(conn, time);
    }
    return time;
  }

  #retire(conn: VirtualSocket): void {
    if (!this.#retirement.retire(conn)) return;
    this.#times.delete(conn);
    this.#ended.set(conn, genuineNow());
    this.#closed++;
  }

  /** One that was closed in good order may merely not know it yet. */
  #cutOff(conn: VirtualSocket): void {
    if (conn.readyState === 'open' || conn.readyState === 'opening') this.#cut++;
    conn.fail('server shutting down', undefined);
    conn.transport.abort();
  }
}
