/** The longest time (ms) between two renewals. */
const LONGEST = 60_000;

/** Decides when the link of a server whose broker gives no sign is replaced by a new one. */
export class Renewal {
  readonly #first: number;
  #patience: number;
  #due: number;

  /** @param first time (ms) without a sign before the first renewal. */
  constructor(first: number) {
    this.#first = first;
    this.#patience = first;
    this.#due = performance.now() + first;
  }

  /** The broker has become unreachable. @param now monotonic ms */
  begin(now: number): void {
    this.#patience = this.#first;
    this.#due = now + this.#first;
  }

  /** The link says that it cannot connect: it is trying. */
  sign(now: number): void {
    this.#due = now + this.#patience;
  }

  /** @returns whether the link has to be replaced now. */
  isDue(now: number): boolean {
    if (now < this.#due) return false;
    this.#patience = Math.max(this.#first, Math.min(2 * this.#patience, LONGEST));
    this.#due = now + this.#patience;
    return true;
  }
}
