import { backingOf, memoryCost } from '../../internal/memory-cost.js';
import { randomId } from '../../internal/random-id.js';
import type { LogBudget } from './log-budget.js';
import type { RoomChange } from './room-history.js';

/** The sockets that a packet was for. */
export interface Audience {
  readonly rooms: ReadonlySet<string>;
  readonly except?: ReadonlySet<string> | undefined;
}

/** Most packets are for one room, or for all: a set of its own for each would weigh more than the packet. */
type Names = undefined | string | readonly string[];

interface Entry {
  /** `[event, ...args, offset]`. */
  readonly data: readonly unknown[];
  readonly rooms: Names;
  readonly except: Names;
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Estimated bytes, without the memory behind buffers. */
  readonly cost: number;
  readonly buffers: readonly ArrayBufferLike[] | undefined;
}

const NONCE_LENGTH = 6;
/** Estimated bytes of an entry without its data. */
const ENTRY = 160;
/** Places at the front of the list that are empty before it is moved. */
const GAP = 1024;

/**
 * The packets of the last minutes, numbered. An offset is a packet's number behind a few random characters, so that neither
 * another process's offset nor an argument that a client mistook for one is ever taken for an offset of this log.
 */
export class PacketLog {
  readonly #nonce = randomId().slice(0, NONCE_LENGTH);
  readonly #retention: number;
  readonly #capacity: number;
  readonly #budget: LogBudget;
  /** One packet after the other, without gaps in their numbers; the places before `#head` are empty. */
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  #latest = 0;
  /** Packets up to this number were dropped for lack of room rather than for their age. */
  #lost = 0;
  #bytes = 0;
  /** Memory behind buffers, by how many entries show a part of it. */
  readonly #backing = new Map<ArrayBufferLike, number>();

  /** @param retention milliseconds. @param capacity packets. @param budget bytes, shared with other logs. */
  constructor(retention: number, capacity: number, budget: LogBudget) {
    this.#retention = retention;
    this.#capacity = capacity;
    this.#budget = budget;
  }

  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** Estimated bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number of the last packet. */
  get latest(): number {
    return this.#latest;
  }

  /** Offset of the last packet. */
  get latestOffset(): string {
    return this.#offset(this.#latest);
  }

  /** Number of the oldest packet that is still here. */
  get oldest(): number {
    return this.#latest - this.size + 1;
  }

  #offset(number: number): string {
    return `${this.#nonce}${number.toString(36)}`;
  }

  /** The number in an offset of this log, undefined for any other text. */
  numberOf(offset: string): number | undefined {
    if (!offset.startsWith(this.#nonce)) return undefined;
    const number = Number.parseInt(offset.slice(NONCE_LENGTH), 36);
    return number <= this.#latest && this.#offset(number) === offset ? number : undefined;
  }

  /** @returns the packet's offset. */
  add(data: readonly unknown[], { rooms, except }: Audience): string {
    this.#latest += 1;
    const offset = this.latestOffset;
    const buffers: ArrayBufferLike[] = [];
    const names = { rooms: namesOf(rooms), except: namesOf(except) };
    // Other packets may share the memory behind its bytes: that is counted apart.
    const bytesOf = (bytes: ArrayBufferView | ArrayBufferLike) => {
      buffers.push(backingOf(bytes));
      return 0;
    };
    const cost = ENTRY + memoryCost([data, names.rooms, names.except], { bytesOf });
    this.#entries.push({
      data: [...data, offset],
      ...names,
      at: performance.now(),
      cost,
      buffers: buffers.length === 0 ? undefined : buffers,
    });
    this.#charge(cost + this.#hold(buffers));
    if (this.size > this.#capacity) this.dropForRoom();
    return offset;
  }

  #charge(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.charge(this, bytes);
  }

  /** @returns bytes that nothing else in the log shows. */
  #hold(buffers: readonly ArrayBufferLike[]): number {
    let bytes = 0;
    for (const buffer of buffers) {
      const uses = this.#backing.get(buffer) ?? 0;
      if (uses === 0) bytes += buffer.byteLength;
      this.#backing.set(buffer, uses + 1);
    }
    return bytes;
  }

  #release(buffers: readonly ArrayBufferLike[]): number {
    let bytes = 0;
    for (const buffer of buffers) {
      const uses = (this.#backing.get(buffer) as number) - 1;
      if (uses > 0) this.#backing.set(buffer, uses);
      else {
        this.#backing.delete(buffer);
        bytes += buffer.byteLength;
      }
    }
    return bytes;
  }

  /** Drops the oldest tenth. A client that has missed one of these packets cannot come back any more. */
  dropForRoom(): void {
    this.#drop(Math.max(1, Math.floor(this.size / 10)));
    this.#lost = this.oldest - 1;
  }

  /** Drops what is so old that no client may ask for it. */
  dropOld(): void {
    const threshold = performance.now() - this.#retention;
    let old = 0;
    while (old < this.size && (this.#entries[this.#head + old] as Entry).at <= threshold) old++;
    this.#drop(old);
  }

  #drop(count: number): void {
    let bytes = 0;
    const end = Math.min(this.#entries.length, this.#head + count);
    for (; this.#head < end; this.#head++) {
      const { cost, buffers } = this.#entries[this.#head] as Entry;
      bytes += cost + (buffers === undefined ? 0 : this.#release(buffers));
      this.#entries[this.#head] = undefined;
    }
    this.#bytes -= bytes;
    this.#budget.release(this, bytes);
    if (this.#head < GAP || this.#head * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }

  /** Whether everything after packet `number` is still here, unless for its age. */
  reachesBackTo(number: number): boolean {
    return number >= this.#lost;
  }

  /**
   * Finds the packets after `number` that a socket has missed: those that were sent to it while it was in the rooms concerned, and
   * to these rooms afterwards.
   * @param rooms that it is in now. @param changes of its rooms since, oldest first.
   */
  since(number: number, rooms: Iterable<string>, changes: readonly RoomChange[]): (readonly unknown[])[] {
    const missed: (readonly unknown[])[] = [];
    const members = new Set(rooms);
    let change = changes.length - 1;
    let index = this.#entries.length - 1;
    for (let n = this.#latest; n > number && index >= this.#head; n--, index--) {
      for (; change >= 0 && (changes[change] as RoomChange).after >= n; change--) {
        const { room, joined } = changes[change] as RoomChange;
        if (joined) members.delete(room);
        else members.add(room);
      }
      const entry = this.#entries[index] as Entry;
      if (concerns(entry, members)) missed.push(entry.data);
    }
    return missed.reverse();
  }

  clear(): void {
    this.#drop(this.size);
    this.#entries = [];
    this.#head = 0;
  }
}

function namesOf(rooms: ReadonlySet<string> | undefined): Names {
  if (rooms === undefined || rooms.size === 0) return undefined;
  const names = [...rooms];
  return names.length === 1 ? names[0] : names;
}

function concerns({ rooms, except }: Entry, members: ReadonlySet<string>): boolean {
  return (rooms === undefined || meet(rooms, members)) && (except === undefined || !meet(except, members));
}

function meet(names: string | readonly string[], members: ReadonlySet<string>): boolean {
  if (typeof names === 'string') return members.has(names);
  for (const name of names) if (members.has(name)) return true;
  return false;
}
