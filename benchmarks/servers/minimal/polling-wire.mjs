import { flushSoon } from './flusher.mjs';

const SEPARATOR = '\x1e';
const NOOP = '6';
const CLOSE = '1';

/** A flat list goes into the head as it is. */
const POLLED = ['Content-Type', 'text/plain; charset=UTF-8', 'cache-control', 'no-store', 'Content-Length'];

/** @param {import('node:http').ServerResponse} response @param {string} body */
export function answerPoll(response, body) {
  const bytes = Buffer.byteLength(body);
  response.writeHead(200, [...POLLED, String(bytes)]);
  if (bytes === body.length) endJoined(response, body);
  else response.end(body);
}

/**
 * Ends a response whose body is ASCII with head and body as one string: Node would hand them to the kernel in pieces.
 * @param {import('node:http').ServerResponse} response
 * @param {string} body
 */
function endJoined(response, body) {
  /** @type {any} */ (response)._header += body;
  response.end();
}

/** For the end of the turn: until then no handler is woken. @param {import('node:http').ServerResponse} response */
export const answerPost = (response) => endJoined(response.writeHead(200, OK), 'ok');

const OK = ['Content-Type', 'text/html', 'Content-Length', '2'];

/** Output over long-polling: kept until a poll is there to carry it. */
export class PollingWire {
  /** Set while a WebSocket is being probed: a poll must not be held then. */
  probed = false;
  /** @type {(string | Buffer)[]} */
  #queue = [];
  /** @type {import('node:http').ServerResponse | null} */
  #poll = null;
  #scheduled = false;
  #lost;

  /** @param {() => void} lost called when a client goes away during its poll */
  constructor(lost) {
    this.#lost = lost;
  }

  /** @param {import('node:http').ServerResponse} response @returns {boolean} false when a poll is open already */
  poll(response) {
    if (this.#poll) return false;
    this.#poll = response;
    response.on('close', this.#onClose);
    if (this.#queue.length > 0) this.flush();
    else if (this.probed) this.#answer(NOOP);
    return true;
  }

  /** @param {import('./application.mjs').Outgoing} packet */
  send(packet) {
    this.#queue.push(typeof packet === 'string' || Buffer.isBuffer(packet) ? packet : packet.text);
    if (!this.#poll || this.#scheduled) return;
    this.#scheduled = true;
    flushSoon(this);
  }

  /** Ends an open poll, so that the client can pause polling. */
  release() {
    this.probed = true;
    if (this.#poll) this.#answer(NOOP);
  }

  flush() {
    this.#scheduled = false;
    if (!this.#poll || this.#queue.length === 0) return;
    const body = this.#queue.length === 1 ? toText(this.#queue[0]) : this.#queue.map(toText).join(SEPARATOR);
    this.#queue.length = 0;
    this.#answer(body);
  }

  /** @returns {(string | Buffer)[]} what a WebSocket has to send in its place */
  takeQueue() {
    return this.#queue.splice(0);
  }

  close() {
    if (this.#poll) this.#answer(CLOSE);
  }

  /** @param {string} body */
  #answer(body) {
    const response = this.#poll;
    this.#poll = null;
    if (response) answerPoll(response, body);
  }

  /** Also called after every answer; then the poll is no longer ours. */
  #onClose = () => {
    if (!this.#poll?.destroyed) return;
    this.#poll = null;
    this.#lost();
  };
}

/** @param {string | Buffer} packet */
const toText = (packet) => (typeof packet === 'string' ? packet : `b${packet.toString('base64')}`);
