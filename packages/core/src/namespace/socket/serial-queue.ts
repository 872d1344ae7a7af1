/** Events of one socket that are handled one after the other. */
export class SerialQueue {
  readonly #emptied: () => void;
  #last: Promise<void>;
  /** How many wait, the one that is being handled apart. */
  waiting = 0;

  /**
   * @param first is being handled; never fails.
   * @param emptied is called when nothing is left.
   */
  constructor(first: Promise<void>, emptied: () => void) {
    this.#emptied = emptied;
    this.#last = this.#followed(first);
  }

  /** @param handle handles an event; neither it nor the promise that it gives may fail. */
  add(handle: () => Promise<void> | undefined): void {
    this.waiting++;
    this.#last = this.#followed(
      this.#last.then(() => {
        this.waiting--;
        return handle();
      }),
    );
  }

  #followed(running: Promise<void>): Promise<void> {
    const last: Promise<void> = running.then(() => {
      if (this.#last === last) this.#emptied();
    });
    return last;
  }
}
