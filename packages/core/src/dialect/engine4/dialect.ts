import { decodeBase64 } from '../../codec/engine/engine-packet.js';
import { looksLikeMsgpack } from '../../codec/msgpack/msgpack.js';
import { makePacket, PacketType } from '../../codec/packet/packet.js';
import { randomId } from '../../internal/random-id.js';
import type { PollingWire } from '../../transport/polling/wire.js';
import type { WebSocketWire } from '../../transport/websocket/accepted.js';
import type { ConnectFailure, Connection } from '../../virtual-socket/dialect.js';
import type { EngineContext } from '../../virtual-socket/engine-context.js';
import { awaitPong, awaitsPong, pongCame, stillAwaitsPong } from '../../virtual-socket/heartbeat.js';
import { announceControl, Control, closedByClient, isControl } from '../engine/control.js';
import { EngineDialect } from '../engine/dialect.js';
import type { PacketFormat } from '../engine/packets/format.js';
import { Engine4PollingWire } from './polling-wire.js';

/** Engine.IO 4 with Socket.IO 5: clients 3.x and 4.x. The server sends the heartbeats. */
export class Engine4Dialect extends EngineDialect {
  readonly protocolVersion = 'eio4';
  readonly protocol = 4;
  readonly slot: number = 0;
  readonly tolerant = false;
  readonly recovers = true;

  readonly #polling: PollingWire;

  readonly websocket: WebSocketWire = {
    binaryPrefix: -1,
    compressFrom: this.engine.opts.compressFrom,
    base64: (data) => `b${data.toString('base64')}`,
  };

  readonly #msgpack: Engine4Dialect | undefined;

  /** @param msgpack for clients whose first message shows that they speak it; without, they are not understood. */
  constructor(engine: EngineContext, packets: PacketFormat, msgpack?: Engine4Dialect) {
    super(engine, packets);
    this.#polling = new Engine4PollingWire(engine.opts.maxPacketsPerPayload);
    this.#msgpack = msgpack;
  }

  override owns(conn: Connection): boolean {
    return conn.dialect === this || (this.#msgpack !== undefined && conn.dialect === this.#msgpack);
  }

  protected override readBytes(conn: Connection, data: Buffer): void {
    if (this.#msgpack === undefined || conn.receiver?.untouched !== true || !looksLikeMsgpack(data)) {
      return super.readBytes(conn, data);
    }
    conn.dialect = this.#msgpack;
    this.#msgpack.readBytes(conn, data);
  }

  pollingWire(): PollingWire {
    return this.#polling;
  }

  heartbeatDue(conn: Connection): void {
    if (conn.readyState === 'opening') return conn.fail('ping timeout', undefined);
    if (!awaitsPong(conn)) {
      conn.sendFrame('2', false);
      awaitPong(conn);
    } else if (!stillAwaitsPong(conn)) conn.fail('ping timeout', undefined);
  }

  protected receiveControl(conn: Connection, type: number, frame: string): void {
    if (conn._events !== undefined) announceControl(conn, type, frame);
    if (type === Control.PONG) this.#pong(conn);
    else if (type === Control.PING) conn.fail('transport error', new Error('invalid heartbeat direction'));
    else if (type === Control.CLOSE) closedByClient(conn);
    else if (!isControl(type)) conn.fail('parse error', new Error('unknown packet type'));
  }

  protected readBase64(frame: string): Buffer {
    return decodeBase64(frame.slice(1));
  }

  /** A pong without a ping changes nothing. */
  #pong(conn: Connection): void {
    if (!awaitsPong(conn)) return;
    pongCame(conn);
    conn.armHeartbeat(this.engine.pingInterval);
    if (conn._events !== undefined) conn.emit('heartbeat');
  }

  /** Unrelated to the session id, which would let others speak for this client. */
  socketId(): string {
    return randomId();
  }

  sendConnected(conn: Connection, nsp: string, sid: string, pid: string | undefined): void {
    const frame = pid === undefined ? this.packets.joined?.(nsp, sid) : undefined;
    if (frame !== undefined) return conn.sendFrame(frame, true);
    const data = pid === undefined ? { sid } : { sid, pid };
    this.send(conn, makePacket(PacketType.CONNECT, nsp, data), true);
  }

  sendConnectFailure(conn: Connection, nsp: string, { message, data }: ConnectFailure): void {
    this.send(conn, makePacket(PacketType.CONNECT_ERROR, nsp, { message, data }), true);
  }
}

/** The same for clients that write their packets as MessagePack. */
export class Msgpack4Dialect extends Engine4Dialect {
  override readonly slot = 3;
}
