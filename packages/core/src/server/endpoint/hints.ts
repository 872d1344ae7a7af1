import { printable } from '../../internal/printable.js';
import { type Logger, log } from '../../namespace/events/reporter.js';

/** Hints that are remembered: what they are about comes from clients. */
const REMEMBERED = 100;

/** Tells the operator of refusals that a setting would have to change, once for each thing that they are about. */
export class Hints {
  readonly #logger: Logger;
  readonly #told = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @param about what it is about, such as an origin. Beyond a hundred of them nothing more is told. */
  tell(about: string, hint: () => string): void {
    if (this.#told.size >= REMEMBERED || this.#told.has(about)) return;
    this.#told.add(about);
    log(this.#logger, 'warn', printable(hint()));
  }
}
