import { EngineType } from '../../codec/engine/engine-packet.js';
import { readFrame3, removeTypeByte } from '../../codec/engine/engine3.js';
import { makePacket, type Packet, PacketType, RESERVED_EVENTS } from '../../codec/packet/packet.js';
import type { Frame } from '../../transport/frame.js';
import type { PollingWire } from '../../transport/polling/wire.js';
import type { WebSocketWire } from '../../transport/websocket/accepted.js';
import type { ConnectFailure, Connection } from '../../virtual-socket/dialect.js';
import type { EngineContext } from '../../virtual-socket/engine-context.js';
import { awaitPong, awaitsPong, pongCame, stillAwaitsPong } from '../../virtual-socket/heartbeat.js';
import { announceControl, Control, closedByClient, isControl } from '../engine/control.js';
import { EngineDialect } from '../engine/dialect.js';
import type { EngineQuery } from '../engine/handshake.js';
import type { PacketFormat } from '../engine/packets/format.js';
import { readConnect } from './connect.js';
import { Engine3PollingWire } from './polling-wire.js';
import { TextMemory } from './text-memory.js';

/**
 * Engine.IO 3 with Socket.IO 3 and 4: clients 1.x and 2.x. The client sends the heartbeats, and is in the main namespace
 * without asking.
 */
export class Engine3Dialect extends EngineDialect {
  readonly protocolVersion = 'eio3';
  readonly protocol = 3;
  readonly slot = 1;
  readonly tolerant = true;
  readonly recovers = false;
  readonly #doubles: boolean;

  readonly websocket: WebSocketWire = {
    binaryPrefix: EngineType.MESSAGE,
    compressFrom: this.engine.opts.compressFrom,
    base64: (data) => `b4${data.toString('base64')}`,
  };

  /** @param doubles clients 1.0, which encode text in UTF-8 before every transport does so again. */
  constructor(engine: EngineContext, packets: PacketFormat, doubles = false) {
    super(engine, packets);
    this.#doubles = doubles;
  }

  override remember(query: EngineQuery, userAgent?: string): TextMemory {
    return new TextMemory(query, this.#doubles, userAgent);
  }

  pollingWire(memory: unknown): PollingWire {
    return new Engine3PollingWire(this.engine.opts.maxPacketsPerPayload, memory as TextMemory);
  }

  override opened(conn: Connection): void {
    conn.receiver?.onPacket(makePacket(PacketType.CONNECT, '/'));
  }

  /** The client should have pinged by now. It has as long again as servers of today wait, and then as long as bytes come. */
  heartbeatDue(conn: Connection): void {
    if (!awaitsPong(conn)) awaitPong(conn);
    else if (!stillAwaitsPong(conn)) conn.fail('ping timeout', undefined);
  }

  #heard(conn: Connection): void {
    pongCame(conn);
    conn.armHeartbeat(this.engine.pingInterval);
  }

  override transportChanged(conn: Connection): void {
    this.#heard(conn);
    (conn.dialectState as TextMemory).upgraded(this.#doubles);
  }

  override receive(conn: Connection, frame: Frame): void {
    this.#heard(conn);
    if (!conn.transport.streaming) super.receive(conn, frame);
    else if (typeof frame !== 'string') this.#bytes(conn, frame);
    else super.receive(conn, (conn.dialectState as TextMemory).read(frame));
  }

  #bytes(conn: Connection, framed: Buffer): void {
    let data: Buffer;
    try {
      data = removeTypeByte(framed);
    } catch (error) {
      conn.fail('parse error', error);
      return;
    }
    super.receive(conn, data);
  }

  protected receiveControl(conn: Connection, type: number, frame: string): void {
    if (conn._events !== undefined) announceControl(conn, type, frame);
    if (type === Control.PING) this.#ping(conn, frame);
    else if (type === Control.PONG) conn.fail('transport error', new Error('invalid heartbeat direction'));
    else if (type === Control.CLOSE) closedByClient(conn);
    else if (!isControl(type)) conn.fail('parse error', new Error('unknown packet type'));
  }

  #ping(conn: Connection, frame: string): void {
    conn.sendFrame(`3${frame.slice(1)}`, false);
    if (conn._events !== undefined) conn.emit('heartbeat');
  }

  protected readBase64(frame: string): Buffer {
    return readFrame3(frame) as Buffer;
  }

  /** Servers of this protocol version let any event name in. Those of our own events would reach the listeners of these. */
  override deliver(conn: Connection, packet: Packet): void {
    if (packet.type === PacketType.CONNECT) super.deliver(conn, readConnect(packet));
    else if (packet.type !== PacketType.EVENT || !RESERVED_EVENTS.has((packet.data as unknown[])[0])) {
      super.deliver(conn, packet);
    }
  }

  /** Clients of this protocol version make it up themselves, from the session id. */
  socketId(conn: Connection, nsp: string): string {
    return nsp === '/' ? conn.id : `${nsp}#${conn.id}`;
  }

  sendConnected(conn: Connection, nsp: string): void {
    this.send(conn, makePacket(PacketType.CONNECT, nsp), true);
  }

  sendConnectFailure(conn: Connection, nsp: string, { message, data }: ConnectFailure): void {
    this.send(conn, makePacket(PacketType.CONNECT_ERROR, nsp, data || message), true);
  }
}
