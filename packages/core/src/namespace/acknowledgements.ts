import { type Deadline, DeadlineQueue, type Deadlines } from '../internal/deadlines.js';

/** What an acknowledgement is handed to. */
export type AckCallback = (...args: unknown[]) => void;

/** An acknowledgement with a time limit: the callback gets an error first. */
class TimedAck implements Deadline {
  due = 0;
  previousDeadline: Deadline | undefined = undefined;
  nextDeadline: Deadline | undefined = undefined;
  deadlineQueue: DeadlineQueue | undefined = undefined;
  readonly #acks: Map<number, AckCallback>;
  readonly #id: number;
  readonly #callback: AckCallback;

  constructor(acks: Map<number, AckCallback>, id: number, callback: AckCallback) {
    this.#acks = acks;
    this.#id = id;
    this.#callback = callback;
  }

  readonly settle: AckCallback = (...args) => {
    DeadlineQueue.cancel(this);
    this.#callback(null, ...args);
  };

  onDeadline(): void {
    this.#acks.delete(this.#id);
    this.#callback(new Error('operation has timed out'));
  }
}

/** Registers `callback` for the acknowledgement `id`; late ones are ignored. @param timeout milliseconds. */
export function addTimedAck(
  acks: Map<number, AckCallback>,
  id: number,
  callback: AckCallback,
  timeout: number,
  deadlines: Deadlines,
): void {
  const ack = new TimedAck(acks, id, callback);
  acks.set(id, ack.settle);
  deadlines.of(timeout).arm(ack);
}
