import { captureScope } from '../../internal/node-internals.js';
import { randomId } from '../../internal/random-id.js';
import { DeadlineQueue, QueuedDeadline } from '../../internal/time/deadlines.js';
import type { Frame } from '../../transport/frame.js';
import type { Transport, TransportOwner } from '../../transport/transport.js';
import {
  type BidirectionalStream,
  type WebTransportSession,
  WebTransportTransport,
} from '../../transport/webtransport/webtransport.js';
import type { Engine } from '../../virtual-socket/engine.js';
import { UpgradeAttempt } from '../../virtual-socket/upgrade.js';
import { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import type { EngineDialect } from './dialect.js';
import { openFrame } from './handshake.js';

const OPEN = 0x30;

/** The transport's length prefix needs room for what the connection itself adds. */
const PREFIX = 1;

/**
 * Takes a WebTransport session: its client opens one stream and says in the first packet whether it is new or changes its
 * transport (protocol §10). A client that does anything else, or nothing for too long, is turned away.
 */
export async function acceptWebTransport(
  engine: Engine,
  dialect: EngineDialect,
  session: WebTransportSession,
): Promise<void> {
  const handshake = new WebTransportHandshake(engine, dialect, session);
  engine.upgradeTimeout.arm(handshake);
  try {
    await session.ready;
    const reader = session.incomingBidirectionalStreams.getReader();
    const { value, done } = await reader.read();
    reader.releaseLock();
    if (done || handshake.shut) return handshake.turnAway();
    await handshake.listen(value);
  } catch {
    handshake.turnAway();
  }
}

/** A session that has yet to say who it is. */
class WebTransportHandshake extends QueuedDeadline implements TransportOwner {
  shut = false;
  readonly #engine: Engine;
  readonly #dialect: EngineDialect;
  readonly #session: WebTransportSession;

  constructor(engine: Engine, dialect: EngineDialect, session: WebTransportSession) {
    super();
    this.#engine = engine;
    this.#dialect = dialect;
    this.#session = session;
  }

  listen(stream: BidirectionalStream): Promise<void> {
    const transport = new WebTransportTransport(this.#session, stream, this.#engine.opts.maxHttpBufferSize + PREFIX);
    transport.owner = this;
    return transport.read();
  }

  onFrame(transport: Transport, frame: Frame): void {
    if (this.shut) return;
    DeadlineQueue.cancel(this);
    this.shut = true;
    if (typeof frame !== 'string' || frame.charCodeAt(0) !== OPEN || this.#engine.closed) return this.turnAway();
    if (frame.length > 1) return this.#upgrade(transport, sidOf(frame));
    if (this.#engine.retryAfter !== undefined || this.#engine.unjoinedConnections.refuses('')) this.turnAway();
    else this.#open(transport);
  }

  #open(transport: Transport): void {
    const sid = randomId();
    const conn = new VirtualSocket(this.#engine, this.#dialect, sid, transport, null, captureScope());
    this.#engine.register(conn, null);
    conn.sendFrame(openFrame(this.#engine, sid, transport.name), false);
    conn.open();
  }

  #upgrade(transport: Transport, sid: string | undefined): void {
    const conn = sid === undefined ? undefined : this.#engine.connections.get(sid);
    const mayChange =
      conn !== undefined &&
      conn.readyState !== 'closed' &&
      !conn.upgrading &&
      conn.dialect.protocolVersion === this.#dialect.protocolVersion &&
      this.#engine.upgrades(conn.transport.name).includes(transport.name);
    if (!mayChange) return this.turnAway();
    new UpgradeAttempt(conn, transport, this.#dialect.upgradeFrames);
  }

  onWritable(): void {}

  onTransportClose(): void {
    this.#stop();
  }

  override onDeadline(): void {
    this.turnAway();
  }

  #stop(): void {
    this.shut = true;
    DeadlineQueue.cancel(this);
  }

  turnAway(): void {
    this.#stop();
    try {
      this.#session.close();
    } catch {
      // It has ended by itself.
    }
  }
}

function sidOf(frame: string): string | undefined {
  try {
    const said: unknown = JSON.parse(frame.slice(1));
    const sid = typeof said === 'object' && said !== null ? (said as { sid?: unknown }).sid : undefined;
    return typeof sid === 'string' ? sid : undefined;
  } catch {
    return undefined;
  }
}
