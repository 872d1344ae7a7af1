import { WebSocketServer } from 'ws';
import { FrameOutput } from './frame-output.mjs';

/**
 * Upgrades by `ws`, which also receives.
 * @param {(ws: import('ws').WebSocket, socket: import('node:net').Socket) => import('./engine.mjs').Wire} wireFor
 * @returns {(maxPayload: number) => import('./engine.mjs').Accept}
 */
export const acceptByWs = (wireFor) => (maxPayload) => {
  const server = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload });
  return (request, socket, head, opened) =>
    server.handleUpgrade(request, socket, head, (ws) => {
      const wire = wireFor(ws, socket);
      ws.on('error', noop); // its 'close' follows
      ws.on('message', (/** @type {Buffer} */ bytes, isBinary) => {
        if (isBinary) wire.receiver?.receiveBytes(bytes);
        else wire.receiver?.receiveText(bytes.toString());
      });
      ws.on('close', () => wire.receiver?.lost());
      opened(wire);
    });
};

function noop() {}

/** A WebSocket that `ws` receives for and closes, and whose output goes past it. */
export class RawWebSocket extends FrameOutput {
  #ws;

  /** @param {import('ws').WebSocket} ws @param {import('node:net').Socket} socket what it was made from */
  constructor(ws, socket) {
    super(socket);
    this.#ws = ws;
  }

  close() {
    this.flush();
    this.#ws.close();
  }
}

/** Sends with `ws`, too. @param {import('ws').WebSocket} ws @returns {import('./engine.mjs').Wire} */
export const sendingWebSocket = (ws) => ({
  receiver: null,
  send: (/** @type {any} */ packet) => ws.send(packet.text ?? packet),
  close: () => ws.close(),
});
