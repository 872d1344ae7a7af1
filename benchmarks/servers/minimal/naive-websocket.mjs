/** Output through `ws` itself: a frame, and a write to the socket, for every packet. */
export class NaiveWebSocket {
  #ws;

  /** @param {import('ws').WebSocket} ws */
  constructor(ws) {
    this.#ws = ws;
  }

  /** @param {import('./application.mjs').Outgoing} packet */
  send(packet) {
    this.#ws.send(typeof packet === 'string' || Buffer.isBuffer(packet) ? packet : packet.text);
  }

  close() {
    this.#ws.close();
  }
}
