import type { EncodedBinary } from '../../codec/packet/packet.js';
import { randomId } from '../../internal/random-id.js';
import { DeadlineQueue, type Deadlines } from '../../internal/time/deadlines.js';
import type { HistoryQuery } from './contracts.js';
import type { HistoryBudget } from './history-budget.js';
import { type HistoryRule, rewindOf } from './history-rules.js';
import { type KeptEvent, RoomLog } from './room-log.js';

/** A room with a history. */
export interface KeptRoom {
  readonly room: string;
  readonly rule: HistoryRule;
}

/** The part of a room's history that a query asks for. */
export interface MemoryPart {
  readonly events: readonly KeptEvent[];
  readonly complete: boolean;
  readonly offset: string;
}

const NONCE_LENGTH = 6;

/**
 * The histories of the rooms of one namespace, in memory. Events of all rooms are numbered together. An offset is a number behind a few
 * random characters, so that an offset of another process is never taken for one of this.
 */
export class MemoryHistory {
  readonly #nonce = randomId().slice(0, NONCE_LENGTH);
  readonly #deadlines: Pick<Deadlines, 'of'>;
  readonly #budget: HistoryBudget;
  readonly #rooms = new Map<string, RoomLog>();
  #latest = 0;
  /** The number of the last event of a room whose history has ended. */
  #forgotten = 0;

  constructor(deadlines: Pick<Deadlines, 'of'>, budget: HistoryBudget) {
    this.#deadlines = deadlines;
    this.#budget = budget;
  }

  /** The number of the next event. */
  next(): number {
    this.#latest++;
    return this.#latest;
  }

  offsetOf(number: number): string {
    return `${this.#nonce}${number.toString(36)}`;
  }

  #numberOf(offset: string): number | undefined {
    if (typeof offset !== 'string' || !offset.startsWith(this.#nonce)) return undefined;
    const number = Number.parseInt(offset.slice(NONCE_LENGTH), 36);
    return number <= this.#latest && this.offsetOf(number) === offset ? number : undefined;
  }

  /** Keeps an event in the histories of rooms. */
  add(
    number: number,
    rooms: readonly KeptRoom[],
    encoded: string | EncodedBinary,
    { isMessage, except }: Pick<KeptEvent, 'isMessage' | 'except'>,
  ): void {
    const own = copied(encoded);
    const event: KeptEvent = {
      number,
      at: Date.now(),
      since: performance.now(),
      encoded: own,
      isMessage,
      except: except === undefined || except.size === 0 ? undefined : except,
      bytes: bytesOf(own),
    };
    for (const { room, rule } of rooms) this.#logOf(room, rule).add(event);
  }

  #logOf(room: string, rule: HistoryRule): RoomLog {
    const known = this.#rooms.get(room);
    if (known !== undefined) return known;
    const log = new RoomLog(rule, this.#budget, this.#forgotten, () => this.#forget(room, log));
    this.#rooms.set(room, log);
    this.#patience(rule).arm(log);
    return log;
  }

  #patience({ ttl }: HistoryRule): DeadlineQueue {
    return this.#deadlines.of(ttl);
  }

  #forget(room: string, log: RoomLog): void {
    DeadlineQueue.cancel(log);
    this.#forgotten = Math.max(this.#forgotten, log.dropped);
    if (this.#rooms.get(room) === log) this.#rooms.delete(room);
  }

  /** @throws RangeError for an invalid `rewind`. */
  part(room: string, rule: HistoryRule, query: HistoryQuery): MemoryPart {
    const count = rewindOf(query, rule);
    this.#rooms.get(room)?.dropOld(performance.now());
    const log = this.#rooms.get(room);
    const offset = this.offsetOf(this.#latest);
    if (query.since === undefined || query.since === null) {
      return { events: log?.last(count, 0) ?? [], complete: true, offset };
    }
    const from = this.#numberOf(query.since);
    const complete = from !== undefined && from >= (log?.dropped ?? this.#forgotten);
    const events = complete ? log?.last(rule.size, from) : log?.last(count, 0);
    return { events: events ?? [], complete, offset };
  }

  /** Ends all histories. */
  clear(): void {
    for (const log of [...this.#rooms.values()]) log.clear();
  }
}

/** Buffers belong to the application, which may write to them later. */
function copied(encoded: string | EncodedBinary): string | EncodedBinary {
  if (typeof encoded === 'string') return encoded;
  return { ...encoded, attachments: encoded.attachments.map((bytes) => Buffer.from(bytes)) };
}

function bytesOf(encoded: string | EncodedBinary): number {
  if (typeof encoded === 'string') return Buffer.byteLength(encoded);
  return encoded.attachments.reduce((sum, { length }) => sum + length, Buffer.byteLength(encoded.text));
}
