/** Figures that the client process measures itself: sums, divided by the operations. */
export class Seen {
  #session;
  #ops = 0;
  /** @type {Record<string, number>} */
  #sums = {};

  /** @param {import('../session.mjs').Session} session */
  constructor(session) {
    this.#session = session;
  }

  async begin() {}

  /** @param {number} count */
  async slice(count) {
    const { ops, seen = {} } = await this.#session.work(count);
    this.#ops += ops;
    for (const [key, value] of Object.entries(seen)) this.#sums[key] = (this.#sums[key] ?? 0) + value;
  }

  async end() {
    return Object.fromEntries(Object.entries(this.#sums).map(([key, sum]) => [key, sum / this.#ops]));
  }
}
