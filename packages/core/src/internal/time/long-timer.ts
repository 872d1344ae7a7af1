/** Milliseconds: Node's timers take no more, and fire at once beyond. */
const LONGEST = 2 ** 31 - 1;

/** A duration (ms) as `setTimeout` reads it, text included; beside that `Infinity` is one that never ends. */
export function durationOf(duration: unknown): number {
  const milliseconds = Number(duration);
  return Number.isNaN(milliseconds) ? 1 : Math.max(1, milliseconds);
}

/** Calls back after any duration (ms), however long. */
export class LongTimer {
  readonly #callback: () => void;
  #left: number;
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(callback: () => void, duration: unknown) {
    this.#callback = callback;
    this.#left = durationOf(duration);
    this.#wait();
  }

  #wait(): void {
    const delay = Math.min(this.#left, LONGEST);
    this.#left -= delay;
    this.#timer = setTimeout(() => (this.#left > 0 ? this.#wait() : this.#callback()), delay);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
