import { times } from './pool.mjs';
import { Tally } from './tally.mjs';
import { tellUnexpectedEnd } from './websocket.mjs';

/** @typedef {import('./polling.mjs').PollingClient | import('./agent-polling.mjs').AgentPollingClient} Client */
/** @typedef {new (port: number, onFailure: (error: Error) => void) => Client} ClientClass */

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

  /** @param {Client} client @param {Tally} tally */
  constructor(client, tally) {
    this.#tally = tally;
    this.#client = client;
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

/**
 * @param {ClientClass} Client
 * @returns {(context: import('../types.d.ts').LoadContext) => Promise<Browsers>}
 */
export const prepareBrowsers =
  (Client) =>
  async ({ port, variant }) => {
    const tally = new Tally();
    const browsers = Array.from(
      { length: variant.connections },
      () => new Browser(new Client(port, tellUnexpectedEnd), tally),
    );
    await times(browsers.length, (index) => browsers[index].open());
    return { browsers, tally };
  };

/** @param {Browsers} state @param {number} count echoes in total */
export async function playEchoes({ browsers, tally }, count) {
  const done = tally.expect(count, count);
  for (const browser of browsers) browser.next();
  await done;
  return { ops: count };
}
