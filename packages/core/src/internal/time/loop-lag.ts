import { clearGenuineTimeout, genuineNow, genuineTimeout } from './genuine.js';

/** Milliseconds between two looks at the clock. */
const TICK = 1000;
/** Looks after which what was seen before the last as many is forgotten. */
const WINDOW = 30;

/**
 * How late the event loop has been of late: one timer a second for a whole server, and only while a client is connected. By hand:
 * `perf_hooks.monitorEventLoopDelay` wakes an idle process a hundred times a second, and does not count a stall that still lasts.
 */
export class LoopLag {
  #timer: NodeJS.Timeout | undefined;
  #expected = 0;
  #looks = 0;
  #worst = 0;
  #worstBefore = 0;

  start(): void {
    if (this.#timer === undefined) this.#schedule();
  }

  stop(): void {
    clearGenuineTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The longest delay (ms) of the last half to whole minute; a stall that has only just ended counts. */
  get worst(): number {
    const now = this.#timer === undefined ? 0 : genuineNow() - this.#expected;
    return Math.round(Math.max(now, this.#worst, this.#worstBefore));
  }

  #schedule(): void {
    this.#expected = genuineNow() + TICK;
    this.#timer = genuineTimeout(this.#look, TICK).unref();
  }

  readonly #look = (): void => {
    this.#worst = Math.max(this.#worst, genuineNow() - this.#expected);
    if (++this.#looks % WINDOW === 0) {
      this.#worstBefore = this.#worst;
      this.#worst = 0;
    }
    this.#schedule();
  };
}
