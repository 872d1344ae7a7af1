import http from 'node:http';

/** The headers that the official client adds to a post. */
const TEXT = { 'Content-type': 'text/plain;charset=UTF-8' };
const ACCEPT = { Accept: '*/*' };

/** A Socket.IO client over long-polling by `http.request`, with an agent that keeps its connections. */
export class AgentPollingClient {
  sid = '';
  #agent = new http.Agent({ keepAlive: true });
  #port;
  #path = '/socket.io/?EIO=4&transport=polling&t=abcd1234';
  #onFailure;

  /** @param {number} port @param {(error: Error) => void} onFailure */
  constructor(port, onFailure) {
    this.#port = port;
    this.#onFailure = onFailure;
  }

  /** Opens the session and joins the main namespace. */
  async open() {
    const opened = await new Promise((resolve) => this.poll(resolve));
    this.sid = JSON.parse(opened.slice(1)).sid;
    this.#path += `&sid=${this.sid}`;
    await new Promise((resolve) => this.post('40', resolve));
    const joined = await new Promise((resolve) => this.poll(resolve));
    if (!joined.startsWith('40{')) throw new Error(`not joined: ${joined}`);
  }

  /** @param {string} payload */
  postRequest(payload) {
    return payload;
  }

  /** @param {(body: string) => void} onBody */
  poll(onBody) {
    this.#ask('GET', ACCEPT, undefined, onBody);
  }

  /** @param {string} payload @param {(body: string) => void} onBody */
  post(payload, onBody) {
    this.#ask('POST', { ...ACCEPT, ...TEXT, 'Content-Length': payload.length }, payload, onBody);
  }

  async close() {
    this.#agent.destroy();
  }

  /**
   * @param {string} method
   * @param {import('node:http').OutgoingHttpHeaders} headers
   * @param {string | undefined} body
   * @param {(body: string) => void} onBody
   */
  #ask(method, headers, body, onBody) {
    const options = { host: '127.0.0.1', port: this.#port, path: this.#path, agent: this.#agent, method, headers };
    const request = http.request(options, (response) => {
      let text = '';
      if (response.statusCode !== 200) this.#onFailure(new Error(`unexpected answer: ${response.statusCode}`));
      response.setEncoding('latin1');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => onBody(text));
    });
    request.on('error', this.#onFailure);
    request.end(body);
  }
}
