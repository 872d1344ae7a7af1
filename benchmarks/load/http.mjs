import net from 'node:net';

const readBuffer = Buffer.allocUnsafe(256 * 1024);

/**
 * One keep-alive connection that carries one request at a time. Requests are written ready-made; only the status and the
 * length of an answer are looked at. Bodies are ASCII.
 */
export class HttpConnection {
  #socket;
  #received = '';
  /** Characters of head and body together; 0 while the head is incomplete. */
  #size = 0;
  #bodyAt = 0;
  /** @type {((body: string) => void) | null} */
  #onBody = null;
  #onFailure;

  /**
   * @param {number} port
   * @param {(error: Error) => void} onFailure
   */
  constructor(port, onFailure) {
    this.#onFailure = onFailure;
    this.#socket = net.connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: { buffer: readBuffer, callback: (length) => this.#read(length) },
    });
    this.#socket.on('error', onFailure);
    this.#socket.on('close', () => {
      if (this.#onBody) onFailure(new Error('the server closed a connection before it answered'));
    });
  }

  /**
   * @param {Buffer | string} request
   * @param {(body: string) => void} onBody
   */
  send(request, onBody) {
    this.#onBody = onBody;
    this.#socket.write(request);
  }

  /**
   * @param {Buffer | string} request
   * @returns {Promise<string>} the body
   */
  ask(request) {
    return new Promise((resolve) => this.send(request, resolve));
  }

  /** @returns {Promise<void>} */
  close() {
    this.#onBody = null;
    if (this.#socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.resetAndDestroy();
    });
  }

  /** @param {number} length */
  #read(length) {
    const text = readBuffer.toString('latin1', 0, length);
    this.#received = this.#received === '' ? text : this.#received + text;
    if (this.#size === 0) this.#readHead();
    if (this.#size > 0 && this.#received.length >= this.#size) this.#answer();
    return true;
  }

  #readHead() {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = this.#received.slice(0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (!length || !head.startsWith('HTTP/1.1 200')) {
      this.#onFailure(new Error(`unexpected answer: ${this.#received.slice(0, 200)}`));
      return;
    }
    this.#bodyAt = end + 4;
    this.#size = this.#bodyAt + Number(length[1]);
  }

  #answer() {
    const body = this.#received.slice(this.#bodyAt, this.#size);
    this.#received = this.#received.slice(this.#size);
    this.#size = 0;
    const onBody = this.#onBody;
    this.#onBody = null;
    onBody?.(body);
  }
}
