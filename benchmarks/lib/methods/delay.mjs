/** How late the server's event loop runs, and what clients notice of it. */
export class Delay {
  #session;
  /** @type {Record<string, number>} */
  #seen = {};

  /** @param {import('../session.mjs').Session} session */
  constructor(session) {
    this.#session = session;
  }

  async begin() {
    await this.#session.server.ask('watchDelay');
  }

  /** @param {number} count */
  async slice(count) {
    this.#seen = (await this.#session.work(count)).seen ?? {};
  }

  /** Milliseconds. */
  async end() {
    const delay = await this.#session.server.ask('readDelay');
    return { 'delay p50 ms': delay.p50, 'delay p99 ms': delay.p99, ...this.#seen };
  }
}
