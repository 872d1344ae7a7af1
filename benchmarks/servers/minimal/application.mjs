import { newId } from './ids.mjs';
import { encode } from './packets.mjs';

/** @typedef {import('./connection.mjs').Connection} Connection */

/** A packet for many, in the forms it takes on the way out: made once. @typedef {{ text: string, frame: string }} Shared */
/** A packet on its way out: text, an attachment, or one for many. @typedef {string | Buffer | Shared} Outgoing */

/** @typedef {{ waiting: Set<Connection>, answers: unknown[], done: (answers: unknown[]) => void }} Question */

/** @typedef {(application: Application, connection: Connection, args: any[], id: number) => void} Handler */

/** The main namespace: its members, rooms, broadcasts, and the handlers of events. */
export class Application {
  /** @type {Set<Connection>} */
  #members = new Set();
  /** @type {Map<string, Set<Connection>>} */
  #rooms = new Map();
  /** @type {Map<number, Question>} */
  #questions = new Map();
  #nextQuestion = 0;
  #handlers;

  /** @param {Map<string, Handler>} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
  }

  /**
   * @param {Connection} connection
   * @param {import('./packets.mjs').Packet} packet
   * @returns {boolean} false when the client has broken the protocol
   */
  receive(connection, packet) {
    const { type } = packet;
    if (type === 2 || type === 5) return this.#event(connection, packet);
    if (type === 3 || type === 6) return this.#answer(connection, packet);
    if (type === 1) this.leave(connection);
    else if (type !== 0 || connection.id !== '') return false;
    else this.#join(connection);
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
    const room = this.#rooms.get(name);
    if (room) room.add(connection);
    else this.#rooms.set(name, new Set([connection]));
  }

  /** @param {string | null} room null for everybody @param {unknown[]} args */
  broadcast(room, ...args) {
    this.#sendTo(room === null ? this.#members : this.#rooms.get(room), args, -1);
  }

  /** @param {unknown[]} args @param {number} timeout milliseconds @param {(answers: unknown[]) => void} done */
  ask(args, timeout, done) {
    const id = this.#nextQuestion++;
    const timer = setTimeout(() => this.#questions.get(id)?.done([]), timeout);
    this.#questions.set(id, {
      waiting: new Set(this.#members),
      answers: [],
      done: (answers) => {
        clearTimeout(timer);
        this.#questions.delete(id);
        done(answers);
      },
    });
    this.#sendTo(this.#members, args, id);
  }

  /** @param {Connection} connection */
  #join(connection) {
    connection.id = newId();
    this.#members.add(connection);
    connection.wire?.send(`40{"sid":"${connection.id}"}`);
  }

  /** @param {Connection} connection @param {import('./packets.mjs').Packet} packet */
  #event(connection, { data, id }) {
    if (connection.id === '' || !Array.isArray(data)) return false;
    this.#handlers.get(data[0])?.(this, connection, data, id);
    return true;
  }

  /** @param {Connection} connection @param {import('./packets.mjs').Packet} packet */
  #answer(connection, { data, id }) {
    const question = this.#questions.get(id);
    if (!question?.waiting.delete(connection)) return true;
    question.answers.push(data?.[0]);
    if (question.waiting.size === 0) question.done(question.answers);
    return true;
  }

  /** @param {Set<Connection> | undefined} recipients @param {unknown[]} args @param {number} id */
  #sendTo(recipients, args, id) {
    if (!recipients) return;
    /** @type {Buffer[]} */
    const attachments = [];
    /** @type {Shared} */
    const shared = { text: encode(2, args, id, attachments), frame: '' };
    for (const { wire } of recipients) {
      if (!wire) continue;
      wire.send(shared);
      for (const bytes of attachments) wire.send(bytes);
    }
  }
}
