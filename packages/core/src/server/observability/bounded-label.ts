/** The label of all values beyond the bound. */
const OTHER = 'other';

/**
 * Bounds the number of values of a label. A time series lives as long as its process, and clients choose the names of
 * dynamic namespaces.
 */
export class BoundedLabel {
  readonly #max: number;
  readonly #known = new Set<string>();

  /**
   * @param max values that are told apart; all others are `other`
   * @throws RangeError for anything but a whole number of at least 1
   */
  constructor(max: number) {
    if (!Number.isInteger(max) || max < 1) {
      throw new RangeError(`A bound of labels is a whole number of at least 1, not ${String(max)}`);
    }
    this.#max = max;
  }

  /** @returns `value`, or `other` when as many different values have come before it. */
  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#max) return OTHER;
    this.#known.add(value);
    return value;
  }
}
