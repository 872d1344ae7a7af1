import { shown } from '../../internal/shown.js';
import { type Logger, log } from '../../namespace/events/reporter.js';

/** The label of all values beyond the bound. */
const OTHER = 'other';

/** The warning when a label has reached its bound. */
export interface FullLabel {
  /** The server whose logger gets the warning. */
  readonly server: { readonly logger?: Logger };
  /** The values, such as `namespaces`. */
  readonly values: string;
  /** A sentence for the operator: what to change. */
  readonly remedy: string;
}

/**
 * Bounds the number of values of a label. A time series lives as long as its process, and clients choose the names of
 * dynamic namespaces.
 */
export class BoundedLabel {
  readonly #max: number;
  #full: FullLabel | undefined;
  readonly #known = new Set<string>();

  /**
   * @param max values that are told apart; all others are `other`
   * @param full the logger that is told, once, when the bound is reached. Default: none
   * @throws RangeError for anything but a whole number of at least 1
   */
  constructor(max: number, full?: FullLabel) {
    if (!Number.isInteger(max) || max < 1) {
      throw new RangeError(`A bound of labels must be a whole number of at least 1, not ${shown(max)}`);
    }
    this.#max = max;
    this.#full = full;
  }

  /** @returns `value`, or `other` when as many different values have come before it. */
  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#max) {
      this.#tell();
      return OTHER;
    }
    this.#known.add(value);
    return value;
  }

  #tell(): void {
    if (this.#full?.server.logger === undefined) return;
    const { server, values, remedy } = this.#full;
    this.#full = undefined;
    log(server.logger!, 'warn', `metrics tell ${this.#max} ${values} apart; further ones count as other. ${remedy}`);
  }
}
