import { flushSoon } from './flusher.mjs';

/** @typedef {import('node:http').ServerResponse} Response */

export const SEPARATOR = '\x1e';
const NOOP = '6';
const CLOSE = '1';

/** Heads of answers: a flat list goes out as it is. */
export const POLLED = ['Content-Type', 'text/plain; charset=UTF-8', 'cache-control', 'no-store', 'Content-Length'];
export const POSTED = ['Content-Type', 'text/html', 'Content-Length'];

/**
 * A body of ASCII goes out with its head as one string: Node would hand them to the kernel in pieces.
 * @param {Response} response @param {string[]} head @param {string} body
 */
export function answer(response, head, body) {
  const bytes = Buffer.byteLength(body);
  response.writeHead(200, [...head, String(bytes)]);
  if (bytes !== body.length) return void response.end(body);
  /** @type {any} */ (response)._header += body;
  response.end();
}

/** Output over long-polling: kept until a poll is there to carry it. */
export class PollingWire {
  /** @type {import('./engine.mjs').Receiver | null} */
  receiver = null;
  /** Set while a WebSocket is being probed: a poll must not be held then. */
  #probed = false;
  /** @type {(string | Buffer)[]} */
  #queue = [];
  /** @type {Response | null} */
  #poll = null;
  #scheduled = false;

  /** @param {Response} response @returns {boolean} false when a poll is open already */
  poll(response) {
    if (this.#poll) return false;
    this.#poll = response;
    response.on('close', this.#onClose);
    if (this.#queue.length > 0) this.flush();
    else if (this.#probed) this.#answer(NOOP);
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
    this.#probed = true;
    this.#answer(NOOP);
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
    this.#answer(CLOSE);
  }

  /** @param {string} body for the open poll, if there is one */
  #answer(body) {
    const response = this.#poll;
    this.#poll = null;
    if (response) answer(response, POLLED, body);
  }

  /** Also called after every answer; then the poll is no longer ours. */
  #onClose = () => {
    if (!this.#poll?.destroyed) return;
    this.#poll = null;
    this.receiver?.lost();
  };
}

/** @param {string | Buffer} packet */
const toText = (packet) => (typeof packet === 'string' ? packet : `b${packet.toString('base64')}`);
