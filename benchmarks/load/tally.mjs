/** Counts the messages and replies of a window, and reports the last reply. */
export class Tally {
  /** Requests that may still be sent. */
  toSend = 0;
  /** Replies that are still missing. */
  toReceive = 0;
  /** @type {() => void} */
  #done = () => {};
  /** @type {(error: Error) => void} */
  #fail = () => {};

  /**
   * Starts a window.
   * @param {number} sends
   * @param {number} receives
   * @returns {Promise<void>} settles with the last reply
   */
  expect(sends, receives) {
    this.toSend = sends;
    this.toReceive = receives;
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#fail = reject;
    });
  }

  /** @returns {boolean} whether another request may go out; takes it if so */
  take() {
    if (this.toSend === 0) return false;
    this.toSend--;
    return true;
  }

  received() {
    if (--this.toReceive === 0) this.#done();
    else if (this.toReceive < 0) this.#fail(new Error('more replies than were asked for'));
  }

  /** @param {string} message */
  wrong(message) {
    this.#fail(new Error(message));
  }
}
