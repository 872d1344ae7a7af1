/** Memory that each of the counted connections adds to a server that has seen some before. */
export class Memory {
  #session;
  #ops = 0;
  /** @type {NodeJS.MemoryUsage | undefined} */
  #before;

  /** @param {import('../session.mjs').Session} session */
  constructor(session) {
    this.#session = session;
  }

  async begin() {
    this.#before = await this.#session.server.ask('memory');
  }

  /** @param {number} count */
  async slice(count) {
    this.#ops += (await this.#session.work(count)).ops;
  }

  /** Bytes per connection. */
  async end() {
    const before = /** @type {NodeJS.MemoryUsage} */ (this.#before);
    /** @type {NodeJS.MemoryUsage} */
    const after = await this.#session.server.ask('memory');
    return {
      rss: (after.rss - before.rss) / this.#ops,
      heap: (after.heapUsed - before.heapUsed) / this.#ops,
      external: (after.external - before.external) / this.#ops,
    };
  }
}
