import { type DeadlineQueue, QueuedDeadline } from '../../internal/deadlines.js';
import { keepShape } from '../../internal/kept-shapes.js';
import { LimitExceeded } from '../../internal/limit-exceeded.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';

/** Waits for the first namespace to be joined; forgotten when it is. */
export class JoinDeadline extends QueuedDeadline {
  readonly #conn: VirtualSocket;

  constructor(conn: VirtualSocket) {
    super();
    this.#conn = conn;
  }

  override onDeadline({ duration }: DeadlineQueue): void {
    this.#conn.close(false, new LimitExceeded('join_timeout', `No namespace was joined within ${duration} ms`));
  }
}

keepShape(new JoinDeadline({} as VirtualSocket));
