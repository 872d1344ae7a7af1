/** Counts promises that are not settled. */
export class Pending {
  #count = 0;

  /** @param promise must not reject. */
  add(promise: Promise<unknown>): void {
    this.#count++;
    void promise.then(() => this.#count--);
  }

  /** Whether one of them is still open. */
  get any(): boolean {
    return this.#count > 0;
  }
}
