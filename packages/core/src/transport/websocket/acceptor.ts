import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Flusher } from '../../internal/flusher.js';
import { keepShape } from '../../internal/kept-shapes.js';
import type { Exchange } from '../exchange.js';
import type { TransportOwner } from '../transport.js';
import type { AcceptedWebSocket, WebSocketWire } from './accepted.js';
import { HeldWrite } from './joined-write.js';
import { leaveOutEarlier } from './socket-traffic.js';
import { type WebSocketLimits, WebSocketTransport } from './websocket.js';
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

/** Takes accepted WebSockets: the protocol handler that the request has been decided by. */
export interface WebSocketTaker<Upgrade> {
  accept(upgrade: Upgrade, accepted: AcceptedWebSocket): void;
}

/** A request that asks for a WebSocket. */
type Upgrade = Pick<Exchange, 'req'>;

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
   * @param taker gets the WebSocket within the call.
   * @throws Error of an application's own engine.
   */
  accept<Asked extends Upgrade>(
    exchange: Asked,
    socket: Duplex,
    head: Buffer,
    lines: readonly string[],
    taker: WebSocketTaker<Asked>,
  ): void {
    const { req } = exchange;
    const { isForeign, compresses, limits, flusher } = this.#settings;
    // Proxies use their connections again: this one has carried answers to other requests.
    if ((socket as Socket).bytesWritten > 0) leaveOutEarlier(socket, head.length);
    // Bun's runtime reads and writes WebSockets itself, for the `ws` that it brings.
    const isOurs = !isForeign && !IS_BUN && (!compresses || req.headers['sec-websocket-extensions'] === undefined);
    const answer = isOurs ? plainAnswer(req, lines) : undefined;
    if (answer === undefined) return this.#acceptByWs(exchange, socket, head, lines, taker);
    // The client has gone already.
    if (!socket.readable || !socket.writable) return void socket.destroy();
    (socket as Socket).setTimeout?.(0);
    (socket as Socket).setNoDelay?.();
    if (head.length > 0) socket.unshift(head);
    const upgraded = new UpgradedSocket(socket, answer, limits);
    taker.accept(exchange, upgraded);
    // After the connection's own flush, whose frames go out with the 101.
    if (upgraded.transport !== undefined) flusher.add(upgraded.transport);
  }

  #acceptByWs<Asked extends Upgrade>(
    exchange: Asked,
    socket: Duplex,
    head: Buffer,
    lines: readonly string[],
    taker: WebSocketTaker<Asked>,
  ): void {
    const { server, flusher, limits } = this.#settings;
    this.#lines = lines;
    const first = new HeldWrite(socket);
    try {
      server.handleUpgrade(exchange.req, socket, head, (ws: WebSocket) =>
        taker.accept(exchange, new AcceptedByWs(ws, socket, limits.maxControlFrames)),
      );
    } finally {
      // After the connection's own flush, which joins it.
      flusher.add(first);
      this.#lines = NO_LINES;
    }
  }
}

// ---- plain handshakes ----

/** RFC 6455 §1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Sixteen bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Versions of the protocol that differ in nothing that is used here. */
const VERSIONS: ReadonlySet<unknown> = new Set(['13', '8']);

/**
 * The 101, one character per byte, for a handshake that asks for nothing beyond the protocol itself, as nearly all do; undefined for
 * one that is wrong, repeats a header or wants a subprotocol. The headers are read as they came: `req.headers` makes Node sort
 * all of them into an object, which a kept request keeps.
 * @param lines further headers, which have been checked.
 */
function plainAnswer(req: IncomingMessage, lines: readonly string[]): string | undefined {
  // Requests that are made up may have none.
  const rawHeaders = req.rawHeaders as string[] | undefined;
  if (req.method !== 'GET' || rawHeaders === undefined) return undefined;
  let upgrade: string | undefined;
  let key: string | undefined;
  let version: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    // Few names are of interest, and each has a length of its own.
    switch (name.length) {
      case UPGRADE.length:
        if (name.toLowerCase() !== UPGRADE) break;
        if (upgrade !== undefined) return undefined;
        upgrade = rawHeaders[i + 1];
        break;
      case SEC_KEY.length:
        if (name.toLowerCase() !== SEC_KEY) break;
        if (key !== undefined) return undefined;
        key = rawHeaders[i + 1];
        break;
      case SEC_VERSION.length:
        if (name.toLowerCase() !== SEC_VERSION) break;
        if (version !== undefined) return undefined;
        version = rawHeaders[i + 1];
        break;
      case SEC_PROTOCOL.length:
        if (name.toLowerCase() === SEC_PROTOCOL) return undefined;
        break;
    }
  }
  if (upgrade?.toLowerCase() !== 'websocket' || !VERSIONS.has(version)) return undefined;
  if (key === undefined || !KEY.test(key)) return undefined;
  const accept = hash('sha1', key + GUID, 'base64');
  const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n`;
  return lines.length === 0 ? `${head}\r\n` : `${head}${lines.join('\r\n')}\r\n\r\n`;
}

const UPGRADE = 'upgrade';
const SEC_KEY = 'sec-websocket-key';
const SEC_VERSION = 'sec-websocket-version';
const SEC_PROTOCOL = 'sec-websocket-protocol';

/** Owns transports of clients that are turned away: what they still say is of no interest. */
const IGNORED: TransportOwner = { onFrame() {}, onWritable() {}, onTransportClose() {} };

const PLAIN: WebSocketWire = { binaryPrefix: -1, compressFrom: 0, base64: (data) => data.toString('base64') };

/** A socket whose upgrade has been accepted; the 101 waits for the first frame, or for a flush of the transport. */
class UpgradedSocket implements AcceptedWebSocket {
  readonly #socket: Duplex;
  readonly #head: string;
  readonly #limits: WebSocketLimits;
  transport: WebSocketTransport | undefined = undefined;

  constructor(socket: Duplex, head: string, limits: WebSocketLimits) {
    this.#socket = socket;
    this.#head = head;
    this.#limits = limits;
  }

  open(wire: WebSocketWire, name = 'websocket'): WebSocketTransport {
    this.transport = new WebSocketTransport(this.#socket, this.#head, wire, this.#limits, name);
    return this.transport;
  }

  turnAway(lastWord?: string): void {
    const transport = this.open(PLAIN);
    transport.owner = IGNORED;
    if (lastWord !== undefined) transport.send(lastWord);
    transport.close();
  }
}

keepShape(new UpgradedSocket({} as Duplex, '', {} as WebSocketLimits));
