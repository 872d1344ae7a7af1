import { DeadlineQueue, type Deadlines, QueuedDeadline } from '../../internal/deadlines.js';
import { contain } from '../../internal/lazy-emitter.js';

/** What an acknowledgement is handed to. */
export type AckCallback = (...args: unknown[]) => unknown;

/** An acknowledgement with a time limit: the callback gets an error first. */
class TimedAck extends QueuedDeadline {
  readonly #acks: Map<number, AckCallback>;
  readonly #id: number;
  readonly #callback: AckCallback;
  readonly #report: (error: unknown) => void;

  constructor(acks: Map<number, AckCallback>, id: number, callback: AckCallback, report: (error: unknown) => void) {
    super();
    this.#report = report;
    this.#acks = acks;
    this.#id = id;
    this.#callback = callback;
  }

  readonly settle: AckCallback = (...args) => {
    DeadlineQueue.cancel(this);
    return this.#callback(null, ...args);
  };

  override onDeadline(): void {
    this.#acks.delete(this.#id);
    contain(() => this.#callback(new Error('operation has timed out')), this.#report);
  }
}

/**
 * Registers `callback` for the acknowledgement `id`; late ones are ignored.
 * @param timeout milliseconds
 * @param report takes what the callback throws when the time is over
 */
export function addTimedAck(
  acks: Map<number, AckCallback>,
  id: number,
  callback: AckCallback,
  timeout: number,
  deadlines: Deadlines,
  report: (error: unknown) => void,
): void {
  const ack = new TimedAck(acks, id, callback, report);
  acks.set(id, ack.settle);
  deadlines.of(timeout).arm(ack);
}
