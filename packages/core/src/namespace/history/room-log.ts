import type { EncodedBinary } from '../../codec/packet/packet.js';
import { type DeadlineQueue, QueuedDeadline } from '../../internal/time/deadlines.js';
import type { BudgetedHistory, HistoryBudget } from './history-budget.js';
import type { HistoryRule } from './history-rules.js';

/** An event of a room, as it is kept: encoded, so that what the application does to its objects later changes nothing. */
export interface KeptEvent {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Monotonic milliseconds. */
  readonly since: number;
  readonly encoded: string | EncodedBinary;
  /** It was sent with `send()`. */
  readonly isMessage: boolean;
  /** Rooms that it was not for. */
  readonly except: ReadonlySet<string> | undefined;
  /** Bytes of the encoded event. */
  readonly bytes: number;
}

/** Estimated bytes of an event beside its data. */
const EVENT = 240;
/** Places at the front of the list that are empty before it is moved. */
const GAP = 256;

/** The last events of one room, in memory. */
export class RoomLog extends QueuedDeadline implements BudgetedHistory {
  readonly rule: HistoryRule;
  readonly #budget: HistoryBudget;
  readonly #emptied: (log: RoomLog) => void;
  #events: (KeptEvent | undefined)[] = [];
  #head = 0;
  #encodedBytes = 0;
  /** The number of the last event that was dropped. */
  dropped: number;

  /** @param dropped number of an event before its first one. @param emptied is called when the last event is gone. */
  constructor(rule: HistoryRule, budget: HistoryBudget, dropped: number, emptied: (log: RoomLog) => void) {
    super();
    this.rule = rule;
    this.#budget = budget;
    this.#emptied = emptied;
    this.dropped = dropped;
  }

  get size(): number {
    return this.#events.length - this.#head;
  }

  get bytes(): number {
    return this.#encodedBytes + this.size * EVENT;
  }

  add(event: KeptEvent): void {
    const { size, maxBytes } = this.rule;
    this.#events.push(event);
    this.#encodedBytes += event.bytes;
    this.#budget.charge(this, event.bytes + EVENT);
    while (this.size > size || this.#encodedBytes > maxBytes) this.dropOldest();
  }

  dropOldest(): void {
    this.#drop(1);
  }

  clear(): void {
    this.#drop(this.size);
  }

  /** Drops what is too old. @param now monotonic milliseconds. */
  dropOld(now: number): void {
    let old = 0;
    while (old < this.size && (this.#events[this.#head + old] as KeptEvent).since <= now - this.rule.ttl) old++;
    if (old > 0) this.#drop(old);
  }

  #drop(count: number): void {
    let bytes = count * EVENT;
    for (let n = 0; n < count; n++) {
      const event = this.#events[this.#head] as KeptEvent;
      this.#events[this.#head++] = undefined;
      this.dropped = event.number;
      this.#encodedBytes -= event.bytes;
      bytes += event.bytes;
    }
    this.#budget.release(this, bytes);
    if (this.size === 0) return this.#emptied(this);
    if (this.#head < GAP || this.#head * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#head);
    this.#head = 0;
  }

  /** The events behind a number, at most the last so many. */
  last(count: number, after: number): KeptEvent[] {
    const events: KeptEvent[] = [];
    for (let index = this.#events.length - 1; index >= this.#head && events.length < count; index--) {
      const event = this.#events[index] as KeptEvent;
      if (event.number <= after) break;
      events.push(event);
    }
    return events.reverse();
  }

  /** Now and then, what is too old goes. */
  onDeadline(queue: DeadlineQueue): void {
    this.dropOld(performance.now());
    if (this.size > 0) queue.arm(this);
  }
}
