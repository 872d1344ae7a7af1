import type { Transport } from '../transport.js';
import type { WebSocketWire } from './frame-batch.js';

/** A WebSocket whose upgrade has been accepted. The protocol makes a transport of it, or turns it away. */
export interface AcceptedWebSocket {
  /** @param name of the transport, such as `flashsocket`; default `websocket`. */
  open(wire: WebSocketWire, name?: string): Transport;
  /** Closes it. @param lastWord a text that its client gets before. */
  turnAway(lastWord?: string): void;
}
