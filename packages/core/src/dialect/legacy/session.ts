import type { DeadlineQueue } from '../../internal/time/deadlines.js';
import type { PollWatch } from '../../transport/polling/renewable.js';
import { Uploads } from '../../transport/polling/uploads.js';
import type { Connection } from '../../virtual-socket/dialect.js';
import { showsLife } from '../../virtual-socket/heartbeat.js';

/** How long a poll waits, and how long its client may stay away. */
export interface PollTimes {
  readonly held: DeadlineQueue;
  readonly away: DeadlineQueue;
}

/** The state that the 0.9 dialect keeps of a connection. */
export class LegacySession implements PollWatch {
  /** The parameters that the application gave its client, which identify it. */
  readonly auth: Readonly<Record<string, unknown>>;
  /** Namespaces whose connect has been answered; the main one is in from the beginning. */
  readonly joined = new Set<string>(['/']);
  /** The client has said something, so that it knows it is connected. */
  heard = false;
  conn: Connection | undefined = undefined;
  readonly uploads = new Uploads();
  /** Reads a POST that has come while its connection is not read. */
  readPost: (() => void) | undefined = undefined;
  readonly #times: PollTimes;

  constructor(auth: Readonly<Record<string, unknown>>, times: PollTimes) {
    this.auth = auth;
    this.#times = times;
  }

  pollHeld(): void {
    this.conn?.armHeartbeat(this.#times.held);
  }

  pollAnswered(): void {
    const { conn } = this;
    if (conn === undefined) return;
    showsLife(conn, this.uploads.bytes);
    conn.armHeartbeat(this.#times.away);
  }
}
