import { within } from './within.js';

interface Waiting<T> {
  readonly resolve: (item: T) => void;
  readonly reject: (error: Error) => void;
}

/** Arrivals in order, whether or not the test already waits for them. */
export class Inbox<T> {
  readonly #what: string;
  readonly #items: T[] = [];
  readonly #waiting: Waiting<T>[] = [];
  #ended: string | undefined = undefined;

  /** @param what a name for messages, such as "frames" */
  constructor(what: string) {
    this.#what = what;
  }

  /** Arrivals that the test has not taken yet. */
  get pending(): readonly T[] {
    return this.#items;
  }

  push(item: T): void {
    const first = this.#waiting.shift();
    if (first === undefined) this.#items.push(item);
    else first.resolve(item);
  }

  /** Nothing more will come: pending calls of `next` reject with the reason. */
  end(why: string): void {
    this.#ended ??= why;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#over());
  }

  /** The next thing. @throws Error when none comes */
  next(): Promise<T> {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift() as T);
    if (this.#ended !== undefined) return Promise.reject(this.#over());
    const arrival = new Promise<T>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    return within(arrival, `more ${this.#what}`);
  }

  /** The next things, in the order of their arrival. */
  async take(count: number): Promise<T[]> {
    const taken: T[] = [];
    while (taken.length < count) taken.push(await this.next());
    return taken;
  }

  #over(): Error {
    return new Error(`No more ${this.#what}: ${this.#ended}`);
  }
}
