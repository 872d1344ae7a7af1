/** Measures the heap that is still in use after many connections were opened and closed. */
export class Growth {
  #session;
  #ops = 0;
  #before = 0;

  /** @param {import('../session.mjs').Session} session */
  constructor(session) {
    this.#session = session;
  }

  async begin() {
    this.#before = await this.#heap();
  }

  /** @param {number} count */
  async slice(count) {
    this.#ops += (await this.#session.work(count)).ops;
  }

  /** Bytes. */
  async end() {
    const after = await this.#heap();
    return {
      'heap before': this.#before,
      'heap after': after,
      'growth per connection': (after - this.#before) / this.#ops,
    };
  }

  async #heap() {
    await this.#session.allGone();
    return (await this.#session.server.ask('memory')).heapUsed;
  }
}
