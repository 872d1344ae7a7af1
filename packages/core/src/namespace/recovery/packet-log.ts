import { randomId } from '../../internal/random-id.js';

/** Whom a packet was for. */
export interface Audience {
  readonly rooms: ReadonlySet<string>;
  readonly except?: ReadonlySet<string> | undefined;
}

interface Entry {
  readonly number: number;
  /** `[event, ...args, offset]`. */
  readonly data: readonly unknown[];
  readonly audience: Audience;
  /** Monotonic milliseconds. */
  readonly at: number;
}

const NONCE_LENGTH = 6;

/**
 * The packets of the last minutes, numbered. An offset is a packet's number behind a few characters of our own, so that
 * neither another process's offset nor an argument that a client mistook for one is ever taken for ours.
 */
export class PacketLog {
  readonly #nonce = randomId().slice(0, NONCE_LENGTH);
  readonly #retention: number;
  readonly #capacity: number;
  #entries: Entry[] = [];
  #latest = 0;
  /** Packets up to this number were let go for want of room, not of age. */
  #lost = 0;

  /** @param retention milliseconds. @param capacity packets. */
  constructor(retention: number, capacity: number) {
    this.#retention = retention;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Number of the last packet. */
  get latest(): number {
    return this.#latest;
  }

  /** Offset of the last packet. */
  get latestOffset(): string {
    return this.#offset(this.#latest);
  }

  #offset(number: number): string {
    return `${this.#nonce}${number.toString(36)}`;
  }

  /** The number in an offset of ours, undefined for any other text. */
  numberOf(offset: string): number | undefined {
    if (!offset.startsWith(this.#nonce)) return undefined;
    const number = Number.parseInt(offset.slice(NONCE_LENGTH), 36);
    return number <= this.#latest && this.#offset(number) === offset ? number : undefined;
  }

  /** @returns the packet's offset. */
  add(data: readonly unknown[], audience: Audience): string {
    this.#latest += 1;
    const offset = this.latestOffset;
    this.#entries.push({ number: this.#latest, data: [...data, offset], audience, at: performance.now() });
    if (this.#entries.length > this.#capacity) this.#makeRoom();
    return offset;
  }

  /** A tenth at a time: taking one from the front moves all the others. */
  #makeRoom(): void {
    const gone = this.#entries.splice(0, Math.max(1, Math.floor(this.#capacity / 10)));
    this.#lost = gone.at(-1)?.number ?? this.#lost;
  }

  /** Lets go of what nobody can ask for any more. */
  dropOld(): void {
    const threshold = performance.now() - this.#retention;
    const kept = this.#entries.findIndex(({ at }) => at > threshold);
    this.#entries = kept === -1 ? [] : this.#entries.slice(kept);
  }

  /** What somebody in `rooms` has missed after packet `number`; undefined when that is no longer known. */
  since(number: number, rooms: readonly string[]): (readonly unknown[])[] | undefined {
    if (number < this.#lost) return undefined;
    const missed: (readonly unknown[])[] = [];
    for (const { number: at, data, audience } of this.#entries) {
      if (at > number && concerns(audience, rooms)) missed.push(data);
    }
    return missed;
  }

  clear(): void {
    this.#entries = [];
  }
}

function concerns({ rooms, except }: Audience, own: readonly string[]): boolean {
  if (rooms.size > 0 && !own.some((room) => rooms.has(room))) return false;
  return except === undefined || !own.some((room) => except.has(room));
}
