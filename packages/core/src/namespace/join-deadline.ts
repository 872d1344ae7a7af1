import type { Deadline, DeadlineQueue } from '../internal/deadlines.js';
import { keepShape } from '../internal/kept-shapes.js';
import { LimitExceeded } from '../internal/limit-exceeded.js';
import type { VirtualSocket } from '../virtual-socket/virtual-socket.js';

/** Waits for the first namespace to be joined; forgotten when it is. */
export class JoinDeadline implements Deadline {
  readonly #conn: VirtualSocket;
  due = 0;
  previousDeadline: Deadline | undefined = undefined;
  nextDeadline: Deadline | undefined = undefined;
  deadlineQueue: DeadlineQueue | undefined = undefined;

  constructor(conn: VirtualSocket) {
    this.#conn = conn;
  }

  onDeadline({ duration }: DeadlineQueue): void {
    this.#conn.close(false, new LimitExceeded('join_timeout', `No namespace was joined within ${duration} ms`));
  }
}

keepShape(new JoinDeadline({} as VirtualSocket));
