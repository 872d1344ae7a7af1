import { newId } from './ids.mjs';
import { decode, encode, putBack } from './packets.mjs';

/** A connection's way out. @typedef {{ send(packet: import('./application.mjs').Outgoing): void, close(): void }} Wire */

const PONG = 51;
const MESSAGE = 52;

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
  /** A packet whose attachments are still to come. @type {import('./packets.mjs').Packet | null} */
  #incomplete = null;
  /** @type {Buffer[]} */
  #attachments = NONE;
  #engine;

  /** When the heartbeat is due that it waits for, as `performance.now()`. */
  due = 0;

  /** @param {import('./engine.mjs').Engine} engine @param {import('node:http').IncomingMessage | null} request */
  constructor(engine, request) {
    this.#engine = engine;
    this.request = request;
  }

  /** @param {string} text an Engine.IO packet */
  receiveText(text) {
    const type = text.charCodeAt(0);
    if (type === MESSAGE) this.#receivePacket(text.slice(1));
    else if (type === PONG) this.#engine.onPong(this);
    else this.#engine.close(this); // a goodbye, or a violation
  }

  /** @param {Buffer} bytes */
  receiveBytes(bytes) {
    const packet = this.#incomplete;
    if (!packet) return this.#engine.close(this);
    if (this.#attachments.push(bytes) < packet.attachments) return;
    const attachments = this.#attachments;
    this.#incomplete = null;
    this.#attachments = NONE;
    packet.data = putBack(packet.data, attachments);
    this.#dispatch(packet);
  }

  /** The WebSocket has gone. */
  lost() {
    this.#engine.close(this);
  }

  /** @param {unknown[]} args the event's name and its arguments */
  emit(...args) {
    this.#send(2, args, -1);
  }

  /** @param {number} id @param {unknown[]} args */
  acknowledge(id, args) {
    this.#send(3, args, id);
  }

  /** @param {string} text */
  #receivePacket(text) {
    const packet = this.#incomplete ? null : decode(text);
    if (!packet) return this.#engine.close(this);
    if (packet.attachments > 0) {
      this.#incomplete = packet;
      this.#attachments = [];
    } else {
      this.#dispatch(packet);
    }
  }

  /** @param {import('./packets.mjs').Packet} packet */
  #dispatch(packet) {
    if (!this.#engine.application.receive(this, packet)) this.#engine.close(this);
  }

  /** @param {2 | 3} type @param {unknown[]} args @param {number} id */
  #send(type, args, id) {
    /** @type {Buffer[]} */
    const attachments = [];
    this.wire?.send(encode(type, args, id, attachments));
    for (const bytes of attachments) this.wire?.send(bytes);
  }
}

/** @type {Buffer[]} shared by all connections that wait for no attachment, and never added to */
const NONE = [];
