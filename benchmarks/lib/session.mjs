import { setTimeout as wait } from 'node:timers/promises';
import { Child } from './child.mjs';

const SERVER = new URL('../servers/host.mjs', import.meta.url);
const LOAD = new URL('../load/host.mjs', import.meta.url);

/** The time (ms) in which a server must notice that its clients have disconnected, and the interval of the checks. */
const GONE_WITHIN = 30_000;
const GONE_CHECK = 20;

/** @type {import('../types.d.ts').ServerSettings} */
const DEFAULTS = { handlers: [], releaseRequest: false, maxPayload: 1_000_000, deflate: false, recovery: false };

/** The server cannot be loaded here: it is left out of the comparison. */
export class Unavailable extends Error {}

/** A server and the clients of a scenario, in two fresh processes. */
export class Session {
  server;
  #load = new Child(LOAD);
  #scenario;

  /** @param {import('../types.d.ts').Scenario} scenario @param {string[]} [nodeOptions] further flags of the server's process */
  constructor(scenario, nodeOptions = []) {
    this.#scenario = scenario;
    this.server = new Child(SERVER, ['--expose-gc', ...nodeOptions]);
  }

  /**
   * @param {import('../types.d.ts').Peer} peer
   * @param {import('../types.d.ts').Variant} variant
   * @throws {Unavailable} if the server's module cannot be loaded
   */
  async start(peer, variant) {
    const { name, handlers } = this.#scenario;
    const settings = { ...DEFAULTS, handlers, ...variant.settings, ...peer.settings };
    const { port, unavailable } = await this.server.ask('start', { server: peer.server ?? peer.name, settings });
    if (unavailable) throw new Unavailable(unavailable);
    await this.#load.ask('prepare', { scenario: name, port, variant: { ...variant, ...peer.load } });
  }

  /** Brings everything back to where a window may begin, for scenarios that use connections up. */
  async reset() {
    if (!this.#scenario.reset) return;
    await this.#load.ask('reset');
    await this.allGone();
  }

  /**
   * @param {number} count
   * @returns {Promise<import('../types.d.ts').Work & { cpu: number }>} when the last reply is in; cpu: of the clients, µs
   */
  work(count) {
    return this.#load.ask('work', { count });
  }

  /** Waits until the server has no connection any more. */
  async allGone() {
    for (let waited = 0; waited < GONE_WITHIN; waited += GONE_CHECK) {
      if ((await this.server.ask('connections')) === 0) return;
      await wait(GONE_CHECK);
    }
    throw new Error(`connections are still open ${GONE_WITHIN / 1000} s after their clients have gone`);
  }

  /** Ends both processes. */
  async stop() {
    await Promise.all([this.#load.stop(), this.server.stop()]);
  }
}
