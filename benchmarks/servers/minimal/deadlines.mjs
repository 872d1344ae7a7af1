/**
 * Deadlines of one duration. They fall due in the order in which they were set, which is the order of a Set, so one timer
 * does for any number of connections.
 */
export class Deadlines {
  #duration;
  #expire;
  /** @type {Set<import('./connection.mjs').Connection>} */
  #waiting = new Set();
  /** @type {NodeJS.Timeout | null} */
  #timer = null;

  /** @param {number} duration milliseconds @param {(connection: import('./connection.mjs').Connection) => void} expire */
  constructor(duration, expire) {
    this.#duration = duration;
    this.#expire = expire;
  }

  /** @param {import('./connection.mjs').Connection} connection waits from now on */
  set(connection) {
    this.#waiting.delete(connection);
    this.#waiting.add(connection);
    connection.due = performance.now() + this.#duration;
    this.#timer ??= setTimeout(this.#onTimer, this.#duration);
  }

  /** @param {import('./connection.mjs').Connection} connection */
  clear(connection) {
    this.#waiting.delete(connection);
  }

  #onTimer = () => {
    const now = performance.now();
    for (const connection of this.#waiting) {
      if (connection.due > now) break;
      this.#waiting.delete(connection);
      this.#expire(connection);
    }
    const [next] = this.#waiting;
    this.#timer = next === undefined ? null : setTimeout(this.#onTimer, next.due - now);
  };
}
