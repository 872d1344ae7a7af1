/** Long-polling by hand: one request, one answer. */
export class PollingClient {
  sid = '';
  readonly #url: string;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`;
  }

  /** Opens a session and joins the main namespace. Returns what the server said to both. */
  async join(): Promise<string[]> {
    const greeting = await this.get();
    this.sid = JSON.parse(greeting.slice(1)).sid;
    await this.post('40');
    return [greeting, await this.get()];
  }

  async get(): Promise<string> {
    return (await this.poll()).text();
  }

  poll(): Promise<Response> {
    return fetch(this.#address());
  }

  post(body: string): Promise<Response> {
    return fetch(this.#address(), { method: 'POST', body, headers: { 'content-type': 'text/plain;charset=UTF-8' } });
  }

  #address(): string {
    return this.sid === '' ? this.#url : `${this.#url}&sid=${this.sid}`;
  }
}
