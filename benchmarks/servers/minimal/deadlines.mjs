/**
 * @typedef {object} Waiting what can wait in one list of deadlines at a time
 * @property {number} due
 * @property {Deadlines | null} waitsIn
 * @property {Waiting | null} previous
 * @property {Waiting | null} next
 */

/**
 * Deadlines of one duration. They fall due in the order in which they were set, so a linked list and a single timer do
 * for any number of connections.
 */
export class Deadlines {
  #duration;
  #expire;
  /** @type {Waiting | null} */
  #first = null;
  /** @type {Waiting | null} */
  #last = null;
  /** @type {NodeJS.Timeout | null} */
  #timer = null;

  /** @param {number} duration milliseconds @param {(item: any) => void} expire */
  constructor(duration, expire) {
    this.#duration = duration;
    this.#expire = expire;
  }

  /** @param {Waiting} item waits from now on, here and nowhere else */
  set(item) {
    item.waitsIn?.clear(item);
    item.waitsIn = this;
    item.due = performance.now() + this.#duration;
    item.previous = this.#last;
    if (this.#last) this.#last.next = item;
    else this.#first = item;
    this.#last = item;
    this.#timer ??= setTimeout(this.#onTimer, this.#duration);
  }

  /** @param {Waiting} item */
  clear(item) {
    if (item.waitsIn !== this) return;
    if (item.previous) item.previous.next = item.next;
    else this.#first = item.next;
    if (item.next) item.next.previous = item.previous;
    else this.#last = item.previous;
    item.previous = item.next = item.waitsIn = null;
  }

  #onTimer = () => {
    const now = performance.now();
    while (this.#first && this.#first.due <= now) {
      const item = this.#first;
      this.clear(item);
      this.#expire(item);
    }
    this.#timer = this.#first ? setTimeout(this.#onTimer, this.#first.due - now) : null;
  };
}
