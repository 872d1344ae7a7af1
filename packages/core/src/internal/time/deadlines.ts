import { watchClock } from './clock-watch.js';
import { genuineImmediate } from './genuine.js';

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

/** Takes what a deadline throws. */
export type DeadlineFailed = (error: unknown, deadline: Deadline) => void;

function logFailure(error: unknown): void {
  console.error('[sio] deadline:', error);
}

/** A timer that fires this late (ms) says that the event loop stood still: no client had a fair chance to answer. */
const STALL = 500;
/** The longest delay (ms) that a timer of Node's can have; longer ones would fire at once. */
const MAX_DELAY = 2 ** 31 - 1;

/**
 * Deadlines of one duration. The last to be armed is the last to be due, so a linked list in order of arming and a single timer
 * for its head replace a timer per connection; arming and cancelling cost a few pointer writes.
 */
export class DeadlineQueue {
  /** Milliseconds. */
  readonly duration: number;
  readonly #failed: DeadlineFailed;
  #head: Deadline | undefined;
  #tail: Deadline | undefined;
  /** The number of the timer that is set; 0 while none is. */
  #timer = 0;
  #timers = 0;
  /** The `setTimeout` that set it: a fake clock takes the timers that were set with it along when it goes. */
  #setBy: typeof setTimeout | undefined;
  #fireAt = 0;

  /** @param failed takes what a deadline throws; the others are dealt with all the same. */
  constructor(duration: number, failed: DeadlineFailed = logFailure) {
    this.duration = duration;
    this.#failed = failed;
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
    if (this.#timer === 0) this.#schedule(this.duration);
    else if (this.#setBy !== setTimeout) this.#restart();
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

  /** Forgets the deadline; harmless when it waits nowhere. The timer stays: another deadline is sure to need it. */
  static cancel(deadline: Deadline): void {
    const queue = deadline.deadlineQueue;
    if (queue !== undefined) queue.#unlink(deadline);
  }

  #schedule(wanted: number): void {
    const delay = Math.min(wanted, MAX_DELAY);
    this.#fireAt = performance.now() + delay;
    this.#timer = ++this.#timers;
    this.#setBy = setTimeout;
    // Unreferenced: a deadline alone is no reason for a process to stay alive; its sockets are.
    setTimeout(this.#fire, delay, this.#timer).unref();
    watchClock(this.#setBy, this.#clockChanged);
  }

  /** Input that has already arrived is read first (setImmediate comes after the poll phase); only then is a deadline missed. */
  readonly #fire = (timer: number): void => {
    if (timer !== this.#timer) return;
    const late = performance.now() - this.#fireAt;
    if (late > STALL) this.#schedule(Math.min(late, this.duration));
    else genuineImmediate(this.#expire);
  };

  readonly #expire = (): void => {
    const now = performance.now();
    for (let head = this.#head; head !== undefined && head.due <= now; head = this.#head) {
      this.#unlink(head);
      try {
        head.onDeadline(this);
      } catch (error) {
        this.#failed(error, head);
      }
    }
    this.#timer = 0;
    const head = this.#head;
    if (head === undefined) return;
    const left = head.due - performance.now();
    // More than its whole duration: the clock has been set back.
    if (left > this.duration + STALL) this.#restart();
    else this.#schedule(Math.max(1, left));
  };

  readonly #clockChanged = (): void => {
    if (this.#timer !== 0 && this.#setBy !== setTimeout) this.#restart();
  };

  /** Another clock has taken over, whose time has nothing to do with that of before: every deadline begins anew. */
  #restart(): void {
    if (this.#head === undefined) {
      // An empty queue needs no timer; a server that has closed would get one with each further clock.
      this.#timer = 0;
      return;
    }
    const due = Math.ceil(performance.now()) + this.duration;
    for (let each: Deadline | undefined = this.#head; each !== undefined; each = each.nextDeadline) each.due = due;
    this.#schedule(this.duration);
  }
}

/** The queues of one server, by duration. */
export class Deadlines {
  readonly #failed: DeadlineFailed;
  readonly #queues = new Map<number, DeadlineQueue>();

  /** @param failed takes what a deadline throws; the others are dealt with all the same. */
  constructor(failed: DeadlineFailed = logFailure) {
    this.#failed = failed;
  }

  /** The queue for `duration` milliseconds. */
  of(duration: number): DeadlineQueue {
    let queue = this.#queues.get(duration);
    if (queue === undefined) {
      if (this.#queues.size >= MAX_QUEUES) this.#dropEmpty();
      queue = new DeadlineQueue(duration, this.#failed);
      this.#queues.set(duration, queue);
    }
    return queue;
  }

  /** Durations computed by an application could be all different: empty queues go. */
  #dropEmpty(): void {
    for (const [duration, queue] of this.#queues) if (queue.isEmpty) this.#queues.delete(duration);
  }
}

const MAX_QUEUES = 64;
