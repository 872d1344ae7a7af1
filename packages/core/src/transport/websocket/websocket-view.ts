import type { Duplex } from 'node:stream';
import type { Transport } from '../transport.js';

/** The part of a `ws` WebSocket that applications read past the types, as `conn.transport.socket`. */
export class WebSocketView {
  /** Of the protocol's extensions none is used. */
  readonly extensions = '';
  readonly _extensions: Readonly<Record<string, never>> = Object.freeze({});
  readonly protocol = '';
  /** The network socket. */
  readonly _socket: Duplex;
  readonly #transport: Transport;

  constructor(transport: Transport, socket: Duplex) {
    this.#transport = transport;
    this._socket = socket;
  }

  /** 1: open, 3: closed. */
  get readyState(): number {
    return this._socket.destroyed || this._socket.writableEnded ? 3 : 1;
  }

  /** Bytes. */
  get bufferedAmount(): number {
    return this.#transport.bufferedBytes;
  }

  close(): void {
    this.#transport.close();
  }

  terminate(): void {
    this._socket.destroy();
  }
}
