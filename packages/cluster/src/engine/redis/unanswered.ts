/** Time (ms) between two looks. */
const LOOK = 1000;
/** Looks in a row without an answer. */
const MOST_LOOKS = 5;

/** Finds a connection that is open and dead, such as that to a node that froze. It costs a command nothing but counts. */
export class Unanswered {
  readonly #timer: NodeJS.Timeout;
  #open = 0;
  #answered = 0;
  #looks = 0;

  /** @param dead is called when commands have waited for some seconds, and nothing was answered meanwhile. */
  constructor(dead: () => void) {
    this.#timer = setInterval(() => {
      this.#looks = this.#open > 0 && this.#answered === 0 ? this.#looks + 1 : 0;
      this.#answered = 0;
      if (this.#looks < MOST_LOOKS) return;
      this.#looks = 0;
      dead();
    }, LOOK).unref();
  }

  /** A command is sent. */
  sent(): void {
    this.#open++;
  }

  /** It was answered, or has failed. */
  answered(): void {
    this.#open--;
    this.#answered++;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
