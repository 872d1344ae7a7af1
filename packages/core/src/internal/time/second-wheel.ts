import { watchClock } from './clock-watch.js';

/** Milliseconds. */
const TICK = 1000;

/** Milliseconds of some clock. */
export type Clock = () => number;

/** Durations: it only goes forward, whatever is done to the system's time. */
export const monotonicClock: Clock = () => performance.now();
/** Times of the day, in milliseconds since the epoch: what is due at one follows the system's time when that is set. */
export const wallClock: Clock = () => Date.now();

/**
 * Things that are due at times of their own, to the second: one timer for all of them, and none while there are none. The clock may
 * leap: what is due by then comes with the next tick, and what no longer is waits.
 */
export class SecondWheel<T extends object> {
  readonly #due: (item: T) => void;
  readonly #clock: Clock;
  readonly #slots = new Map<number, Set<T>>();
  readonly #seconds = new Map<T, number>();
  /** The number of the timer that is set; 0 while none is. */
  #timer = 0;
  #timers = 0;
  /** The `setTimeout` that set it: a fake clock takes the timers that were set with it along when it goes. */
  #setBy: typeof setTimeout | undefined;

  /** @param due must not throw. @param clock that the times are of. */
  constructor(due: (item: T) => void, clock: Clock) {
    this.#due = due;
    this.#clock = clock;
  }

  /** How many are to come. */
  get size(): number {
    return this.#seconds.size;
  }

  /** @param at when it is due (ms of the wheel's clock); at the next tick if that is past. */
  set(item: T, at: number): void {
    this.delete(item);
    if (this.#timer === 0 || this.#setBy !== setTimeout) this.#schedule();
    const second = Math.ceil(at / TICK);
    this.#seconds.set(item, second);
    const slot = this.#slots.get(second);
    if (slot === undefined) this.#slots.set(second, new Set([item]));
    else slot.add(item);
  }

  delete(item: T): void {
    const second = this.#seconds.get(item);
    if (second === undefined) return;
    this.#seconds.delete(item);
    const slot = this.#slots.get(second);
    slot?.delete(item);
    if (slot?.size === 0) this.#slots.delete(second);
  }

  #schedule(): void {
    this.#timer = ++this.#timers;
    this.#setBy = setTimeout;
    setTimeout(this.#tick, TICK, this.#timer).unref();
    watchClock(this.#setBy, this.#clockChanged);
  }

  readonly #clockChanged = (): void => {
    if (this.#timer !== 0 && this.#setBy !== setTimeout) this.#schedule();
  };

  readonly #tick = (timer: number): void => {
    if (timer !== this.#timer) return;
    this.#timer = 0;
    const now = Math.floor(this.#clock() / TICK);
    // After a leap of the clock it is cheaper to look at what there is than at every second.
    const due = [...this.#slots.keys()].filter((second) => second <= now).sort((a, b) => a - b);
    for (const second of due) {
      const slot = this.#slots.get(second);
      this.#slots.delete(second);
      for (const item of slot ?? []) {
        this.#seconds.delete(item);
        this.#due(item);
      }
    }
    if (this.#slots.size > 0 && this.#timer === 0) this.#schedule();
  };
}
