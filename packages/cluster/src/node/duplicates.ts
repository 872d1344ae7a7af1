/** Messages of one sender that are remembered. */
const MOST = 1024;

/** Recognizes messages that came on several topics. */
export class Duplicates {
  /** By sender, in the order in which they came. */
  readonly #seen = new Map<string, Set<number>>();

  /** @returns whether the message has arrived before. */
  has(sender: string, number: number): boolean {
    let seen = this.#seen.get(sender);
    if (seen === undefined) {
      seen = new Set();
      this.#seen.set(sender, seen);
      if (this.#seen.size > MOST) this.#seen.delete(this.#seen.keys().next().value as string);
    }
    if (seen.has(number)) return true;
    seen.add(number);
    if (seen.size > MOST) seen.delete(seen.values().next().value as number);
    return false;
  }

  forget(sender: string): void {
    this.#seen.delete(sender);
  }
}
