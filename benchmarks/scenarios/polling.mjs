import { PollingClient } from '../load/polling.mjs';
import { times } from '../load/pool.mjs';
import { Tally } from '../load/tally.mjs';
import { tellUnexpectedEnd } from '../load/websocket.mjs';

const REQUEST = '4217["echo","hello, is anybody there?"]';
const REPLY = '4317["hello, is anybody there?"]';
const PING = '2';
const PONG = '3';
const SEPARATOR = '\x1e';

/**
 * One browser: a poll is always open, also between windows, so that heartbeats are answered; a post is sent once both answers
 * to the last exchange are in.
 */
class Browser {
  #client;
  #tally;
  #echo = '';
  #pong = '';
  #wantsEcho = false;
  #owesPong = false;
  #posting = false;
  #replied = false;
  /** Nothing is under way. */
  #idle = true;

  /** @param {number} port @param {Tally} tally */
  constructor(port, tally) {
    this.#tally = tally;
    this.#client = new PollingClient(port, tellUnexpectedEnd);
  }

  async open() {
    await this.#client.open();
    this.#echo = this.#client.postRequest(REQUEST);
    this.#pong = this.#client.postRequest(PONG);
    this.#client.poll(this.#onPoll);
  }

  next() {
    if (!this.#tally.take()) return;
    this.#idle = false;
    this.#replied = false;
    this.#wantsEcho = true;
    this.#goOn();
  }

  #onPoll = (/** @type {string} */ body) => {
    this.#client.poll(this.#onPoll);
    for (const packet of body === REPLY ? [body] : body.split(SEPARATOR)) {
      if (packet === REPLY) this.#replied = true;
      else if (packet === PING) this.#owesPong = true;
      else this.#tally.wrong(`unexpected packet: ${packet}`);
    }
    this.#goOn();
  };

  #onPost = (/** @type {string} */ body) => {
    if (body !== 'ok') this.#tally.wrong(`a post was answered with ${body}`);
    this.#posting = false;
    this.#goOn();
  };

  #goOn() {
    if (this.#posting) return;
    if (this.#owesPong) {
      this.#owesPong = false;
      this.#write(this.#pong);
    } else if (this.#wantsEcho) {
      this.#wantsEcho = false;
      this.#write(this.#echo);
    } else if (this.#replied && !this.#idle) {
      this.#idle = true;
      this.next();
      this.#tally.received();
    }
  }

  /** @param {string} request */
  #write(request) {
    this.#posting = true;
    this.#client.post(request, this.#onPost);
  }
}

/** @typedef {{ browsers: Browser[], tally: Tally }} Browsers */

/** @type {import('../types.d.ts').Scenario<Browsers>} */
export const scenario = {
  name: 'polling',
  title: 'long-polling echo (one GET and one POST), 50 clients',
  op: 'echo',
  method: 'cpu',
  handlers: ['echo'],
  variants: [{ name: '', connections: 50, warmup: 4000, count: 6000, goals: { cpu: 0.7 } }],
  async prepare({ port, variant }) {
    const tally = new Tally();
    const browsers = Array.from({ length: variant.connections }, () => new Browser(port, tally));
    await times(browsers.length, (index) => browsers[index].open());
    return { browsers, tally };
  },
  async work({ browsers, tally }, count) {
    const done = tally.expect(count, count);
    for (const browser of browsers) browser.next();
    await done;
    return { ops: count };
  },
};
