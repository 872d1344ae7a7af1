import { HttpConnection } from './http.mjs';

/** The headers that a browser sends with each poll. */
const BROWSER =
  'Connection: keep-alive\r\n' +
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36\r\n' +
  'Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en-US,en;q=0.9\r\n';

/**
 * A Socket.IO client over long-polling, with one TCP connection for its polls and one for its posts, as a browser would
 * use two.
 */
export class PollingClient {
  sid = '';
  #port;
  #get;
  #post;
  #path = '';
  #poll = '';

  /**
   * @param {number} port
   * @param {(error: Error) => void} onFailure
   */
  constructor(port, onFailure) {
    this.#port = port;
    this.#get = new HttpConnection(port, onFailure);
    this.#post = new HttpConnection(port, onFailure);
  }

  /** Opens the session and joins the main namespace. */
  async open() {
    this.#path = '/socket.io/?EIO=4&transport=polling&t=abcd1234';
    const opened = await this.#get.ask(this.#getRequest());
    this.sid = JSON.parse(opened.slice(1)).sid;
    this.#path += `&sid=${this.sid}`;
    this.#poll = this.#getRequest();
    await this.#post.ask(this.postRequest('40'));
    const joined = await this.#get.ask(this.#poll);
    if (!joined.startsWith('40{')) throw new Error(`not joined: ${joined}`);
  }

  /**
   * @param {string} payload
   * @returns {string} a request to be given to `post`
   */
  postRequest(payload) {
    return (
      `POST ${this.#path} HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\n${BROWSER}` +
      `Content-Type: text/plain;charset=UTF-8\r\nContent-Length: ${payload.length}\r\n\r\n${payload}`
    );
  }

  /** @param {(body: string) => void} onBody */
  poll(onBody) {
    this.#get.send(this.#poll, onBody);
  }

  /**
   * @param {string} request
   * @param {(body: string) => void} onBody
   */
  post(request, onBody) {
    this.#post.send(request, onBody);
  }

  async close() {
    await Promise.all([this.#get.close(), this.#post.close()]);
  }

  #getRequest() {
    return `GET ${this.#path} HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\n${BROWSER}\r\n`;
  }
}
