/** Time (ms) without a failed call after which the broker counts as well. */
const QUIET = 1000;

/** Calls that the broker has not taken although it is reached: it is full, or read-only. */
export class Trouble {
  #error: unknown;
  /** When the last call has failed, monotonic ms. */
  #since = 0;
  #isTold = false;

  /** A call has failed. It may be the first sign of a lost connection, so that it is told later. */
  note(error: unknown, now: number): void {
    this.#error = error;
    this.#since = now;
  }

  /** @returns why calls fail; undefined if none has failed lately. */
  at(now: number): unknown {
    if (now - this.#since > QUIET) this.#error = undefined;
    this.#isTold = this.#error !== undefined;
    return this.#error;
  }

  /** Whether {@link at} has returned an error the last time. */
  get isTold(): boolean {
    return this.#isTold;
  }

  forget(): void {
    this.#error = undefined;
    this.#isTold = false;
  }
}
