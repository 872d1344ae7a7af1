/** The last message of a subject that has come. */
export interface Subject {
  /** Its number; 0 before the first one. */
  last: number;
}

/** A message that waits for the one before it. */
interface Waiting {
  readonly sequence: number;
  readonly before: number;
  readonly subject: Subject;
  readonly deliver: () => void;
}

/** Time (ms) for which a message waits: a leader that is killed may have stored the one before it without sending it on. */
const PATIENCE = 100;
/** Of messages whose subject does not matter. */
export const ANY_SUBJECT: Subject = { last: 0 };

/**
 * The messages of one stream, in its order. nats-server 2.9 may send on two messages in another order when two servers publish them at the same
 * time. A client that gets the second one with its offset must have got the first one.
 */
export class Arrivals {
  /** The highest number of a message that was delivered. */
  highest = 0;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  /**
   * Whether a message can be delivered: call {@link delivered} behind it then, and otherwise {@link hold}.
   * @param before the number of the message before it on its subject.
   */
  isNext(sequence: number, before: number, subject: Subject): boolean {
    const [first] = this.#waiting;
    return (first === undefined || sequence < first.sequence) && !isMissing(before, subject);
  }

  hold(sequence: number, before: number, subject: Subject, deliver: () => void): void {
    this.#timer ??= setTimeout(() => this.#release(true), PATIENCE).unref();
    this.#waiting.push({ sequence, before, subject, deliver });
    this.#waiting.sort((a, b) => a.sequence - b.sequence);
  }

  delivered(sequence: number, subject: Subject): void {
    this.#note(sequence, subject);
    if (this.#waiting.length > 0) this.#release(false);
  }

  #note(sequence: number, subject: Subject): void {
    if (sequence > this.highest) this.highest = sequence;
    if (subject !== ANY_SUBJECT && sequence > subject.last) subject.last = sequence;
  }

  /** Delivers those that wait no longer. @param all whether the time is over. */
  #release(all: boolean): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!all && isMissing(next.before, next.subject)) return;
      this.#waiting.shift();
      this.#note(next.sequence, next.subject);
      next.deliver();
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The stream begins anew. */
  restart(): void {
    this.#release(true);
    this.highest = 0;
  }
}

/** Whether the subject lacks a message; it is not known before the first one. */
function isMissing(before: number, { last }: Subject): boolean {
  return last !== 0 && before > last;
}
