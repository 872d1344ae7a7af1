/** Output through `ws` itself: a frame, and a write to the socket, for every packet. */
export class NaiveWebSocket {
  #ws;

  /** @param {import('ws').WebSocket} ws */
  constructor(ws) {
    this.#ws = ws;
  }

  /** @param {string} text */
  sendText(text) {
    this.#ws.send(text);
  }

  /** @param {import('./application.mjs').Shared} shared */
  sendShared(shared) {
    this.#ws.send(shared.text);
  }

  /** @param {Buffer} bytes */
  sendBytes(bytes) {
    this.#ws.send(bytes);
  }

  close() {
    this.#ws.close();
  }
}
