/** Something that has to happen unless it is armed again or cancelled first. Waits in at most one queue at a time. */
export interface Deadline {
  /** Monotonic milliseconds. */
  due: number;
  previousDeadline: Deadline | undefined;
  nextDeadline: Deadline | undefined;
  deadlineQueue: DeadlineQueue | undefined;
  onDeadline(queue: DeadlineQueue): void;
}

/** A deadline that is nothing else besides, and so can have its place in a queue from here. */
export abstract class QueuedDeadline implements Deadline {
  due = 0;
  previousDeadline: Deadline | undefined = undefined;
  nextDeadline: Deadline | undefined = undefined;
  deadlineQueue: DeadlineQueue | undefined = undefined;

  abstract onDeadline(queue: DeadlineQueue): void;
}

/** A timer that fires this late (ms) says that the event loop stood still: nobody had a fair chance to answer. */
const STALL = 500;

/**
 * Deadlines of one duration. Whoever is armed last is due last, so a linked list in order of arming and a single timer for
 * its head replace a timer per connection; arming and cancelling cost a few pointer writes.
 */
export class DeadlineQueue {
  /** Milliseconds. */
  readonly duration: number;
  #head: Deadline | undefined;
  #tail: Deadline | undefined;
  #timer: NodeJS.Timeout | undefined;
  #fireAt = 0;

  constructor(duration: number) {
    this.duration = duration;
  }

  get isEmpty(): boolean {
    return this.#head === undefined;
  }

  /** (Re)starts the deadline: due `duration` from now. */
  arm(deadline: Deadline): void {
    if (deadline.deadlineQueue !== undefined) deadline.deadlineQueue.#unlink(deadline);
    // Whole numbers: a fraction would be an object of its own on each connection's heap.
    deadline.due = Math.ceil(performance.now()) + this.duration;
    deadline.deadlineQueue = this;
    deadline.previousDeadline = this.#tail;
    if (this.#tail === undefined) this.#head = deadline;
    else this.#tail.nextDeadline = deadline;
    this.#tail = deadline;
    if (this.#timer === undefined) this.#schedule(this.duration);
  }

  #unlink(deadline: Deadline): void {
    const { previousDeadline, nextDeadline } = deadline;
    if (previousDeadline === undefined) this.#head = nextDeadline;
    else previousDeadline.nextDeadline = nextDeadline;
    if (nextDeadline === undefined) this.#tail = previousDeadline;
    else nextDeadline.previousDeadline = previousDeadline;
    deadline.previousDeadline = undefined;
    deadline.nextDeadline = undefined;
    deadline.deadlineQueue = undefined;
  }

  /** Forgets the deadline; harmless when it waits nowhere. The timer stays: somebody else is sure to need it. */
  static cancel(deadline: Deadline): void {
    const queue = deadline.deadlineQueue;
    if (queue !== undefined) queue.#unlink(deadline);
  }

  #schedule(delay: number): void {
    this.#fireAt = performance.now() + delay;
    // Unreferenced: a deadline alone is no reason for a process to stay alive; its sockets are.
    this.#timer = setTimeout(this.#fire, delay).unref();
  }

  /** What has already arrived is read first (setImmediate comes after the poll phase); only then is anybody too late. */
  readonly #fire = (): void => {
    const late = performance.now() - this.#fireAt;
    if (late > STALL) this.#schedule(Math.min(late, this.duration));
    else setImmediate(this.#expire);
  };

  readonly #expire = (): void => {
    const now = performance.now();
    try {
      for (let head = this.#head; head !== undefined && head.due <= now; head = this.#head) {
        this.#unlink(head);
        head.onDeadline(this);
      }
    } finally {
      this.#timer = undefined;
      if (this.#head !== undefined) this.#schedule(Math.max(1, this.#head.due - performance.now()));
    }
  };
}

/** The queues of one server, by duration. */
export class Deadlines {
  readonly #queues = new Map<number, DeadlineQueue>();

  /** The queue for `duration` milliseconds. */
  of(duration: number): DeadlineQueue {
    let queue = this.#queues.get(duration);
    if (queue === undefined) {
      if (this.#queues.size >= MAX_QUEUES) this.#dropEmpty();
      queue = new DeadlineQueue(duration);
      this.#queues.set(duration, queue);
    }
    return queue;
  }

  /** Durations computed by an application could be all different: queues nobody waits in go. */
  #dropEmpty(): void {
    for (const [duration, queue] of this.#queues) if (queue.isEmpty) this.#queues.delete(duration);
  }
}

const MAX_QUEUES = 64;
