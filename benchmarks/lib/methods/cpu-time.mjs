/** CPU time of the server process, all its threads, per operation. */
export class CpuTime {
  #session;
  #profile;
  #ops = 0;
  #user = 0;
  #system = 0;
  #wall = 0;
  #load = 0;
  /** @type {Record<string, number>} */
  #seen = {};

  /** @param {import('../session.mjs').Session} session @param {string} [profile] path */
  constructor(session, profile) {
    this.#session = session;
    this.#profile = profile;
  }

  async begin() {
    await this.#session.server.ask('collect');
    if (this.#profile) await this.#session.server.ask('profile');
  }

  /** @param {number} count */
  async slice(count) {
    await this.#session.reset();
    await this.#session.server.ask('mark');
    const work = await this.#session.work(count);
    const used = await this.#session.server.ask('read');
    this.#ops += work.ops;
    this.#user += used.user;
    this.#system += used.system;
    this.#wall += used.wall;
    this.#load += work.cpu;
    this.#seen = work.seen ?? {};
  }

  /** Times in microseconds per operation. */
  async end() {
    if (this.#profile) await this.#session.server.ask('saveProfile', { path: this.#profile });
    const total = this.#user + this.#system;
    return {
      cpu: total / this.#ops,
      ...this.#seen,
      'user µs': this.#user / this.#ops,
      'system µs': this.#system / this.#ops,
      'load µs': this.#load / this.#ops,
      'server busy': total / 1000 / this.#wall,
    };
  }
}
