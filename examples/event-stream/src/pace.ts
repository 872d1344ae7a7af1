/** Posts that wait for one visitor; beyond, the oldest is dropped. */
export const MOST_WAITING = 20;

/** Hands posts on one at a time: the next one when the last has been read. */
export class Pace<Post> {
  readonly #waiting: Post[] = [];
  readonly #deliver: (post: Post, waiting: number, dropped: number) => Promise<unknown>;
  #dropped = 0;
  #busy = false;

  /** @param deliver resolves when the post has been read */
  constructor(deliver: (post: Post, waiting: number, dropped: number) => Promise<unknown>) {
    this.#deliver = deliver;
  }

  push(post: Post): void {
    this.#waiting.push(post);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      this.#dropped++;
    }
    if (!this.#busy) void this.#run();
  }

  /** Forgets the waiting posts for which `wanted` is false. */
  keep(wanted: (post: Post) => boolean): void {
    this.#waiting.splice(0, this.#waiting.length, ...this.#waiting.filter(wanted));
  }

  async #run(): Promise<void> {
    this.#busy = true;
    try {
      for (let post = this.#waiting.shift(); post !== undefined; post = this.#waiting.shift()) {
        await this.#deliver(post, this.#waiting.length, this.#dropped);
      }
    } catch {
      // The visitor has left.
      this.#waiting.length = 0;
    } finally {
      this.#busy = false;
    }
  }
}
