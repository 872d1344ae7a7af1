import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Flusher } from '../../internal/flusher.js';
import type { AcceptedWebSocket } from './accepted.js';
import { plainKey, switchingHead } from './handshake.js';
import { HeldWrite } from './joined-write.js';
import { UpgradedSocket, type WebSocketLimits } from './websocket.js';
import { AcceptedByWs } from './ws-transport.js';

const IS_BUN = process.versions.bun !== undefined;
const NO_LINES: readonly string[] = Object.freeze([]);

/** How the WebSockets of one server are accepted. */
export interface AcceptorSettings {
  /** Takes what this module does not: compression, subprotocols and wrong handshakes, or everything. */
  readonly server: WebSocketServer;
  /** The application has an engine of its own, which takes everything. */
  readonly isForeign: boolean;
  readonly compresses: boolean;
  readonly limits: WebSocketLimits;
  readonly flusher: Flusher;
}

/** Answers WebSocket upgrades: plain ones itself, others through `ws` or the application's own engine. */
export class WebSocketAcceptor {
  readonly #settings: AcceptorSettings;
  /** Header lines for the 101 that `ws` is writing right now. */
  #lines: readonly string[] = NO_LINES;

  constructor(settings: AcceptorSettings) {
    this.#settings = settings;
    // Of an engine of the application nothing but `handleUpgrade` and `close` is expected.
    settings.server.on?.('headers', (lines: string[]) => lines.push(...this.#lines));
  }

  /**
   * @param lines further headers of the 101, which have been checked.
   * @param take gets the WebSocket within the call.
   * @throws Error of an application's own engine.
   */
  accept(
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    lines: readonly string[],
    take: (accepted: AcceptedWebSocket) => void,
  ): void {
    const key = this.#isOurs(req) ? plainKey(req) : undefined;
    if (key === undefined) return this.#acceptByWs(req, socket, head, lines, take);
    // The client has gone already.
    if (!socket.readable || !socket.writable) return void socket.destroy();
    const { limits, flusher } = this.#settings;
    (socket as Socket).setTimeout?.(0);
    (socket as Socket).setNoDelay?.();
    if (head.length > 0) socket.unshift(head);
    const upgraded = new UpgradedSocket(socket, switchingHead(key, lines), limits);
    take(upgraded);
    // After the connection's own flush, whose frames go out with the 101.
    flusher.add(upgraded);
  }

  #isOurs({ headers }: IncomingMessage): boolean {
    const { isForeign, compresses } = this.#settings;
    // Bun's runtime reads and writes WebSockets itself, for the `ws` that it brings.
    return !isForeign && !IS_BUN && (!compresses || headers['sec-websocket-extensions'] === undefined);
  }

  #acceptByWs(
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    lines: readonly string[],
    take: (accepted: AcceptedWebSocket) => void,
  ): void {
    const { server, flusher, limits } = this.#settings;
    this.#lines = lines;
    const first = new HeldWrite(socket);
    try {
      server.handleUpgrade(req, socket, head, (ws: WebSocket) =>
        take(new AcceptedByWs(ws, socket, limits.maxControlFrames)),
      );
    } finally {
      // After the connection's own flush, which joins it.
      flusher.add(first);
      this.#lines = NO_LINES;
    }
  }
}
