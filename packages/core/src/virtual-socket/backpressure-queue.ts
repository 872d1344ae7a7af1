import type { EncodedFrames } from '../transport/frame.js';

/** How a message may be treated that waits for a slow client. */
export interface DropPolicy {
  /** The oldest of these are dropped when the connection's budget is used up. */
  readonly droppable: boolean;
  /** Only the latest message of a key is kept. */
  readonly key: string | undefined;
}

/** A message that waits, in two lists: with all others, and with those that may be dropped. */
export class HeldMessage {
  readonly form: EncodedFrames;
  readonly compress: boolean;
  readonly droppable: boolean;
  readonly key: string | undefined;
  readonly bytes: number;
  previous: HeldMessage | undefined = undefined;
  next: HeldMessage | undefined = undefined;
  previousDroppable: HeldMessage | undefined = undefined;
  nextDroppable: HeldMessage | undefined = undefined;

  constructor(form: EncodedFrames, compress: boolean, policy: DropPolicy | undefined) {
    this.form = form;
    this.compress = compress;
    this.droppable = policy !== undefined;
    this.key = policy?.key;
    let bytes = 0;
    for (const frame of form.frames) bytes += frame.length;
    this.bytes = bytes;
  }
}

/**
 * Messages that wait for a transport which takes no more, in order. Adding, replacing, dropping and taking one costs the same
 * however many wait.
 */
export class BackpressureQueue {
  #head: HeldMessage | undefined = undefined;
  #tail: HeldMessage | undefined = undefined;
  #oldestDroppable: HeldMessage | undefined = undefined;
  #latestDroppable: HeldMessage | undefined = undefined;
  readonly #latest = new Map<string, HeldMessage>();
  /** Of all messages. */
  bytes = 0;
  /** Messages. */
  count = 0;

  /** @returns whether it took the place of an older message of its key. */
  add(form: EncodedFrames, compress: boolean, policy: DropPolicy | undefined): boolean {
    const message = new HeldMessage(form, compress, policy);
    const { key } = message;
    const older = key === undefined ? undefined : this.#latest.get(key);
    if (older !== undefined) this.#remove(older);
    if (key !== undefined) this.#latest.set(key, message);
    this.#append(message);
    if (message.droppable) this.#appendDroppable(message);
    return older !== undefined;
  }

  #append(message: HeldMessage): void {
    message.previous = this.#tail;
    if (this.#tail === undefined) this.#head = message;
    else this.#tail.next = message;
    this.#tail = message;
    this.bytes += message.bytes;
    this.count++;
  }

  #appendDroppable(message: HeldMessage): void {
    message.previousDroppable = this.#latestDroppable;
    if (this.#latestDroppable === undefined) this.#oldestDroppable = message;
    else this.#latestDroppable.nextDroppable = message;
    this.#latestDroppable = message;
  }

  #remove(message: HeldMessage): void {
    const { previous, next, key } = message;
    if (previous === undefined) this.#head = next;
    else previous.next = next;
    if (next === undefined) this.#tail = previous;
    else next.previous = previous;
    if (message.droppable) this.#removeDroppable(message);
    if (key !== undefined && this.#latest.get(key) === message) this.#latest.delete(key);
    this.bytes -= message.bytes;
    this.count--;
  }

  #removeDroppable({ previousDroppable, nextDroppable }: HeldMessage): void {
    if (previousDroppable === undefined) this.#oldestDroppable = nextDroppable;
    else previousDroppable.nextDroppable = nextDroppable;
    if (nextDroppable === undefined) this.#latestDroppable = previousDroppable;
    else nextDroppable.previousDroppable = previousDroppable;
  }

  /** Drops the oldest message that may be dropped. @returns false when there is none. */
  dropOldest(): boolean {
    if (this.#oldestDroppable === undefined) return false;
    this.#remove(this.#oldestDroppable);
    return true;
  }

  /** Takes the next message out. */
  take(): HeldMessage | undefined {
    const message = this.#head;
    if (message !== undefined) this.#remove(message);
    return message;
  }
}
