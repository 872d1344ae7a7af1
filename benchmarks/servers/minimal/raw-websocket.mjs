import { FrameOutput } from './frame-output.mjs';

/** A WebSocket that `ws` receives for, and whose output goes past it. */
export class RawWebSocket extends FrameOutput {
  #ws;
  /** @type {import('./engine.mjs').Receiver | null} */
  receiver = null;

  /** @param {import('ws').WebSocket} ws receives, and closes @param {import('node:net').Socket} socket what it was made from */
  constructor(ws, socket) {
    super(socket);
    this.#ws = ws;
  }

  close() {
    this.flush();
    this.#ws.close();
  }
}
