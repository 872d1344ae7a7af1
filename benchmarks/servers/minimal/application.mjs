import { newId } from './ids.mjs';
import { encode } from './packets.mjs';

/** @typedef {import('./connection.mjs').Connection} Connection */

/** A packet for many, in the forms it takes on the way out: made once. @typedef {{ text: string, frame: string }} Shared */
/** A packet on its way out: text, an attachment, or one for many. @typedef {string | Buffer | Shared} Outgoing */

/** @typedef {(application: Application, connection: Connection, args: any[], id: number) => void} Handler */

/** The main namespace: its members, rooms, broadcasts, and the handlers of events. */
export class Application {
  /** @type {Set<Connection>} */
  #members = new Set();
  /** @type {Map<string, Set<Connection>>} */
  #rooms = new Map();
  /** By id. @type {Map<number, { waiting: Set<Connection>, answers: unknown[], done: () => void }>} */
  #questions = new Map();
  #nextQuestion = 0;
  /** @type {Map<string, Handler>} */
  #handlers;

  /** @param {Record<string, Handler>} handlers by event */
  constructor(handlers) {
    this.#handlers = new Map(Object.entries(handlers));
  }

  /**
   * @param {Connection} connection
   * @param {import('./packets.mjs').Packet} packet
   * @returns {boolean} false when the client has broken the protocol
   */
  receive(connection, { type, data, id }) {
    if (type === 2 || type === 5) {
      if (connection.id === '' || !Array.isArray(data)) return false;
      this.#handlers.get(data[0])?.(this, connection, data, id);
    } else if (type === 3 || type === 6) {
      const question = this.#questions.get(id);
      if (!question?.waiting.delete(connection)) return true;
      question.answers.push(data?.[0]);
      if (question.waiting.size === 0) question.done();
    } else if (type === 1) this.leave(connection);
    else if (type !== 0 || connection.id !== '') return false;
    else {
      connection.id = newId();
      this.#members.add(connection);
      connection.wire?.send(`40{"sid":"${connection.id}"}`);
    }
    return true;
  }

  /** @param {Connection} connection */
  leave(connection) {
    this.#members.delete(connection);
    for (const name of connection.rooms ?? []) {
      const room = this.#rooms.get(name);
      if (room?.delete(connection) && room.size === 0) this.#rooms.delete(name);
    }
    connection.rooms = null;
  }

  /** @param {Connection} connection @param {string} name */
  joinRoom(connection, name) {
    connection.rooms ??= new Set();
    connection.rooms.add(name);
    const room = this.#rooms.get(name) ?? new Set();
    this.#rooms.set(name, room.add(connection));
  }

  /** @param {string | null} room null for everybody @param {unknown[]} args @param {number} [id] */
  broadcast(room, args, id = -1) {
    /** @type {Buffer[]} */
    const attachments = [];
    /** @type {Shared} */
    const shared = { text: encode(2, args, id, attachments), frame: '' };
    for (const { wire } of (room === null ? this.#members : this.#rooms.get(room)) ?? []) {
      if (!wire) continue;
      wire.send(shared);
      for (const bytes of attachments) wire.send(bytes);
    }
  }

  /** Asks everybody. @param {unknown[]} args @param {number} timeout milliseconds @param {(answers: unknown[]) => void} answered */
  ask(args, timeout, answered) {
    const id = this.#nextQuestion++;
    /** @type {unknown[]} */
    const answers = [];
    const done = () => {
      clearTimeout(timer);
      this.#questions.delete(id);
      answered(answers);
    };
    const timer = setTimeout(done, timeout);
    this.#questions.set(id, { waiting: new Set(this.#members), answers, done });
    this.broadcast(null, args, id);
  }
}
