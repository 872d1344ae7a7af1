import { genuineTimeout } from '../../internal/time/genuine.js';
import type { Engine } from '../../virtual-socket/engine.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import { Retirement } from './retirement.js';

/** Milliseconds between two looks at the connections that are to end. */
const LOOK = 10;
const PASSED_ON = 'the server that passes this connection on is shutting down';

/** Ends connections that lead through another server of the cluster, because that server is about to end. */
export class Departures {
  readonly #engine: Engine;
  readonly #retirement = new Retirement();
  readonly #waiting = new Set<VirtualSocket>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  add(conn: VirtualSocket): void {
    this.#waiting.add(conn);
    if (this.#waiting.size === 1) this.#look();
  }

  readonly #look = (): void => {
    for (const conn of [...this.#waiting]) {
      try {
        if (this.#isDone(conn)) this.#waiting.delete(conn);
      } catch (error) {
        this.#waiting.delete(conn);
        this.#engine.itemFailed(error, conn);
      }
    }
    if (this.#waiting.size > 0) genuineTimeout(this.#look, LOOK).unref();
  };

  /** A client whose upgrade has failed meanwhile polls: its requests find another way. */
  #isDone(conn: VirtualSocket): boolean {
    if (conn.readyState === 'closing' || conn.readyState === 'closed') return true;
    if (conn.upgrading) return false;
    return !conn.transport.streaming || this.#retirement.retire(conn, new Error(PASSED_ON));
  }
}
