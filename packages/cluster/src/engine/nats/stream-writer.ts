import { setTimeout as pause } from 'node:timers/promises';
import {
  answerIn,
  isPassing,
  isUnanswered,
  type JetStream,
  type NatsHeaders,
  type NatsMessage,
  type Question,
} from './jetstream.js';

/** A stream that is written to. */
export interface WrittenStream<Needs> {
  /** Makes the stream if it is not known to be there as it is needed; undefined if it is. */
  prepare(needs: Needs): Promise<unknown> | undefined;
  /** The stream may be gone: the next call of `prepare` makes it. */
  forget(): void;
  /** Rejects while the stream has no leader. @returns a number that exceeds those of all messages that are stored. */
  probe(): Promise<number>;
  /**
   * Finds the number of each message that is stored after one number and before another. Undefined where a message may be stored twice.
   */
  find?(messages: readonly Written[], after: number, before: number): Promise<readonly (number | undefined)[]>;
}

/** A message that is written. */
export interface Written {
  readonly subject: string;
  readonly payload: Uint8Array;
}

/** Messages that wait while a stream has no leader, and their bytes. */
const MOST_HELD = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;
/** Time (ms) between two attempts. */
const PAUSE = 100;

/** A message on its way to its stream. */
class Entry<Needs> implements Question, Written {
  since = 0;
  /** Counts the messages of the writer in the order in which they were sent. */
  order = 0;
  /** It was sent, and is perhaps not stored. */
  isDoubtful = false;
  /** It is sent again until then (monotonic ms); 0 before it is doubtful for the first time. */
  until = 0;
  readonly #writer: Answers<Needs>;

  constructor(
    writer: Answers<Needs>,
    readonly needs: Needs,
    readonly subject: string,
    readonly payload: Uint8Array,
    readonly headers: NatsHeaders | undefined,
    readonly stored: ((sequence: number) => void) | undefined,
    readonly resolve: (sequence: number) => void,
    readonly reject: (error: unknown) => void,
  ) {
    this.#writer = writer;
  }

  answered(message: NatsMessage): void {
    const result = answerIn<{ seq: number }>(message);
    if (result instanceof Error) this.#writer.refused(this, result);
    else this.#writer.stored(this, result.seq);
  }

  failed(error: Error): void {
    this.#writer.refused(this, error);
  }

  /** The same message, which is sent again. Later answers to this one do not count. */
  again(): Entry<Needs> {
    const { needs, subject, payload, headers, stored, resolve, reject } = this;
    const entry = new Entry(this.#writer, needs, subject, payload, headers, stored, resolve, reject);
    entry.until = this.until;
    return entry;
  }
}

interface Answers<Needs> {
  stored(entry: Entry<Needs>, sequence: number): void;
  refused(entry: Entry<Needs>, error: Error): void;
}

/**
 * Writes messages to one stream in their order. They do not wait for each other's confirmation, until one of them is not stored: the
 * stream has to be made, or JetStream elects a leader. Later messages wait then, and those that are not stored are sent again.
 */
export class StreamWriter<Needs> {
  readonly #jetStream: JetStream;
  readonly #stream: WrittenStream<Needs>;
  /** Without an answer, in the order in which they were sent. */
  readonly #sent = new Set<Entry<Needs>>();
  #held = new Set<Entry<Needs>>();
  #heldBytes = 0;
  #isStuck = false;
  #order = 0;
  /** The last message that is known to be stored. */
  #storedOrder = 0;
  #storedSequence = 0;
  readonly #answers: Answers<Needs> = {
    stored: (entry, sequence) => this.#stored(entry, sequence),
    refused: (entry, error) => this.#refused(entry, error),
  };

  constructor(jetStream: JetStream, stream: WrittenStream<Needs>) {
    this.#jetStream = jetStream;
    this.#stream = stream;
  }

  /** Messages wait for the stream. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /**
   * Writes a message.
   * @param stored is called with its number at once, before any message behind it comes. @returns its number.
   */
  write(
    needs: Needs,
    subject: string,
    payload: Uint8Array,
    headers?: NatsHeaders,
    stored?: (sequence: number) => void,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const entry = new Entry(this.#answers, needs, subject, payload, headers, stored, resolve, reject);
      if (this.#isStuck) return this.#hold(entry);
      const preparing = this.#stream.prepare(needs);
      if (preparing === undefined) return this.#send(entry);
      this.#hold(entry);
      void this.#recover(preparing);
    });
  }

  #hold(entry: Entry<Needs>): void {
    const { length } = entry.payload;
    if (this.#held.size >= MOST_HELD || this.#heldBytes + length > MOST_BYTES)
      return entry.reject(new Error('Too many messages wait for JetStream, which has no leader'));
    this.#held.add(entry);
    this.#heldBytes += length;
  }

  #send(entry: Entry<Needs>): void {
    entry.order = ++this.#order;
    this.#sent.add(entry);
    this.#jetStream.ask(entry.subject, entry.payload, entry.headers, entry);
  }

  #stored(entry: Entry<Needs>, sequence: number): void {
    if (!this.#sent.delete(entry)) return;
    if (entry.order > this.#storedOrder) this.#storedOrder = entry.order;
    if (sequence > this.#storedSequence) this.#storedSequence = sequence;
    entry.stored?.(sequence);
    entry.resolve(sequence);
  }

  #refused(entry: Entry<Needs>, error: Error): void {
    if (!this.#sent.has(entry)) return;
    const isGone = isUnanswered(error);
    if (isGone) this.#stream.forget();
    // A stream that is gone is made again, also where there is no leader to wait for.
    if (!isGone && (this.#jetStream.patience === 0 || !isPassing(error))) {
      this.#sent.delete(entry);
      return entry.reject(error);
    }
    const now = performance.now();
    if (entry.until === 0) entry.until = now + this.#jetStream.patience;
    else if (now >= entry.until) {
      this.#sent.delete(entry);
      return entry.reject(error);
    }
    entry.isDoubtful = true;
    if (!this.#isStuck) void this.#recover(undefined);
  }

  get #doubtful(): Entry<Needs>[] {
    return [...this.#sent].filter((entry) => entry.isDoubtful);
  }

  /** Sends what is not stored, when the stream is there. @param preparing of the stream, which has begun. */
  async #recover(preparing: Promise<unknown> | undefined): Promise<void> {
    this.#isStuck = true;
    const until = performance.now() + this.#jetStream.patience;
    let begun = preparing;
    while (this.#held.size > 0 || this.#doubtful.length > 0) {
      try {
        await begun;
        begun = undefined;
        const [doubtful] = this.#doubtful;
        if (doubtful !== undefined) await this.#settle(doubtful.needs);
        await this.#sendHeld();
      } catch (error) {
        begun = undefined;
        if (isUnanswered(error)) this.#stream.forget();
        if (isPassing(error) && performance.now() < until) await pause(PAUSE, undefined, { ref: false });
        else this.#giveUp(error);
      }
    }
    this.#isStuck = false;
  }

  async #sendHeld(): Promise<void> {
    for (const entry of this.#held) {
      await this.#stream.prepare(entry.needs);
      this.#held.delete(entry);
      this.#heldBytes -= entry.payload.length;
      this.#send(entry);
    }
  }

  /** Finds out which messages are stored whose confirmation is lost. The others are sent again. */
  async #settle(needs: Needs): Promise<void> {
    await this.#stream.prepare(needs);
    const before = await this.#stream.probe();
    const { find } = this.#stream;
    // Without a search, those that may yet be confirmed are left.
    const undecided = find === undefined ? this.#doubtful : [...this.#sent];
    const found = find === undefined ? [] : await find(undecided, this.#storedSequence, before);
    for (const [n, entry] of undecided.entries()) {
      const sequence = found[n];
      if (sequence !== undefined) this.#stored(entry, sequence);
    }
    const again: Entry<Needs>[] = [];
    for (const entry of undecided) {
      if (!this.#sent.delete(entry)) continue;
      // Later ones are stored, so that it would be out of order.
      if (entry.order < this.#storedOrder) entry.reject(new Error('JetStream has lost a message'));
      else again.push(entry.again());
    }
    this.#held = new Set([...again, ...this.#held]);
    for (const { payload } of again) this.#heldBytes += payload.length;
  }

  #giveUp(error: unknown): void {
    const doubtful = this.#doubtful;
    const held = [...this.#held];
    // A refusal concerns those that are doubtful, or the first that waits: the next one may need less of the stream.
    const given = isPassing(error) ? [...doubtful, ...held] : doubtful.length > 0 ? doubtful : held.slice(0, 1);
    for (const entry of given) {
      this.#sent.delete(entry);
      if (this.#held.delete(entry)) this.#heldBytes -= entry.payload.length;
      entry.reject(error);
    }
  }
}
