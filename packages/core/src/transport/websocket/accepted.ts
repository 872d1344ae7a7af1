import type { Transport } from '../transport.js';

/** How one protocol version uses WebSocket messages. */
export interface WebSocketWire {
  /** Byte in front of every binary message, or -1. */
  readonly binaryPrefix: number;
  /** Messages of fewer bytes are not compressed. */
  readonly compressFrom: number;
  /** A binary message as text, for clients that cannot take binary. */
  base64(data: Buffer): string;
}

/** A WebSocket whose upgrade has been accepted. The protocol makes a transport of it, or turns it away. */
export interface AcceptedWebSocket {
  /** @param name of the transport, such as `flashsocket`; default `websocket`. */
  open(wire: WebSocketWire, name?: string): Transport;
  /** Closes it. @param lastWord a text that its client gets before. */
  turnAway(lastWord?: string): void;
}
