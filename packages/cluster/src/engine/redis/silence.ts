/** Time (ms) between two looks. */
const LOOK = 1000;
/** Looks in a row without a sign of life. */
const MOST_LOOKS = 5;

/** Finds connections that are open and dead: a node that froze, or that the others do not reach. It costs a message nothing but counts. */
export class Silence {
  readonly #timer: NodeJS.Timeout;
  #open = 0;
  #answered = 0;
  /** Messages that should come back. */
  #expected = 0;
  #heard = 0;
  #looks = 0;

  /** @param dead is called again and again, until there is a sign of life. */
  constructor(dead: () => void) {
    this.#timer = setInterval(() => {
      const isOwed = this.#open > 0 && this.#answered === 0;
      const isUnheard = this.#expected > 0 && this.#heard === 0;
      this.#looks = isOwed || isUnheard ? this.#looks + 1 : 0;
      this.#answered = 0;
      if (!isUnheard) this.#expected = 0;
      this.#heard = 0;
      if (this.#looks === MOST_LOOKS) {
        this.reset();
        dead();
      }
    }, LOOK).unref();
  }

  /** A command is sent. */
  sent(): void {
    this.#open++;
  }

  answered(): void {
    this.#open--;
    this.#answered++;
  }

  /** A message is published that comes back. */
  expect(): void {
    this.#expected++;
  }

  heard(): void {
    this.#heard++;
  }

  /** There is a new connection. */
  reset(): void {
    this.#expected = 0;
    this.#looks = 0;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
