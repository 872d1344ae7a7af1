import { newId } from './ids.mjs';
import { decode, encode, putBack } from './packets.mjs';

/** @typedef {import('./engine.mjs').Receiver} Receiver */
/** @typedef {import('./application.mjs').Outgoing} Outgoing */
/** A connection's way out, and where its input goes. @typedef {{ receiver: Receiver | null, send(packet: Outgoing): void, close(): void }} Wire */

const PONG = 51;
const MESSAGE = 52;

/** @type {Buffer[]} shared by all connections that wait for no attachment, and never added to */
const NONE = [];

/** One client: its session, its way out, and its place in the main namespace. All of one shape, nothing made ahead. */
export class Connection {
  sid = newId();
  /** The id in the namespace; empty until joined. */
  id = '';
  /** @type {Wire | null} */
  wire = null;
  /** @type {import('node:http').IncomingMessage | null} */
  request;
  /** @type {Set<string> | null} */
  rooms = null;
  /** When the heartbeat is due that it waits for, as `performance.now()`. */
  due = 0;
  /** A packet whose attachments are still to come. @type {import('./packets.mjs').Packet | null} */
  #incomplete = null;
  #attachments = NONE;
  #engine;

  /** @param {import('./engine.mjs').Engine} engine @param {Connection['request']} request */
  constructor(engine, request) {
    this.#engine = engine;
    this.request = request;
  }

  /** @param {string} text an Engine.IO packet */
  receiveText(text) {
    const type = text.charCodeAt(0);
    if (type === PONG) return this.#engine.onPong(this);
    const packet = type === MESSAGE && this.#incomplete === null ? decode(text.slice(1)) : null;
    if (packet === null) return this.lost(); // a disconnect packet, or a violation of the protocol
    if (packet.attachments === 0) return this.#dispatch(packet);
    this.#incomplete = packet;
    this.#attachments = [];
  }

  /** @param {Buffer} bytes */
  receiveBytes(bytes) {
    const packet = this.#incomplete;
    if (packet === null) return this.lost();
    if (this.#attachments.push(bytes) < packet.attachments) return;
    packet.data = putBack(packet.data, this.#attachments);
    this.#incomplete = null;
    this.#attachments = NONE;
    this.#dispatch(packet);
  }

  /** Nothing more comes. */
  lost() {
    this.#engine.close(this);
  }

  /** @param {2 | 3} type event or acknowledgement @param {unknown[]} args @param {number} [id] */
  send(type, args, id = -1) {
    /** @type {Buffer[]} */
    const attachments = [];
    this.wire?.send(encode(type, args, id, attachments));
    for (const bytes of attachments) this.wire?.send(bytes);
  }

  /** @param {import('./packets.mjs').Packet} packet */
  #dispatch(packet) {
    if (!this.#engine.application.receive(this, packet)) this.lost();
  }
}
