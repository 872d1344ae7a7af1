import type { Packet } from '../../codec/packet/packet.js';
import type { PollingWire } from '../../transport/polling/wire.js';
import type { EncodedFrames, Frame, Transport } from '../../transport/transport.js';
import type { WebSocketWire } from '../../transport/websocket/frame-batch.js';
import type { ConnectFailure, Connection, Dialect, ProtocolVersion, RawPacket } from '../../virtual-socket/dialect.js';
import type { EngineContext } from '../../virtual-socket/engine-context.js';
import type { OutboundPacket } from '../../virtual-socket/outbound-packet.js';
import type { UpgradeFrames } from '../../virtual-socket/upgrade.js';
import { announce, describeFrame } from './control.js';
import type { PacketFormat, PacketTaker } from './packets/format.js';
import type { EngineQuery } from './query.js';

const MESSAGE = 0x34;
const BASE64 = 0x62;

/** The common part of all revisions of Engine.IO: messages are text frames `4…` and binary frames, and hold packets in some format. */
export abstract class EngineDialect implements Dialect, PacketTaker {
  abstract readonly generation: ProtocolVersion;
  abstract readonly protocol: number;
  abstract readonly slot: number;
  abstract readonly tolerant: boolean;
  abstract readonly recovers: boolean;
  abstract readonly websocket: WebSocketWire;
  readonly upgradeFrames: UpgradeFrames = { probe: '2probe', probed: '3probe', commit: '5', noop: '6' };

  protected readonly engine: EngineContext;
  protected readonly packets: PacketFormat;

  constructor(engine: EngineContext, packets: PacketFormat) {
    this.engine = engine;
    this.packets = packets;
  }

  /** How the bodies of one connection are written and read. @param memory what {@link remember} gave. */
  abstract pollingWire(memory: unknown): PollingWire;
  abstract opened(conn: Connection): void;
  abstract heartbeatDue(conn: Connection): void;
  abstract socketId(conn: Connection, nsp: string): string;
  abstract sendConnected(conn: Connection, nsp: string, socketId: string, pid: string | undefined): void;
  abstract sendConnectFailure(conn: Connection, nsp: string, failure: ConnectFailure): void;
  /** A text frame that is no message: heartbeat, close, upgrade, noop. */
  protected abstract receiveControl(conn: Connection, type: number, frame: string): void;
  /** The bytes of a message in base64. @throws CodecError */
  protected abstract readBase64(frame: string): Buffer;

  /** Makes the `dialectState` of a connection. @param query of the handshake. */
  remember(_query: EngineQuery, _userAgent?: string): unknown {
    return undefined;
  }

  transportChanged(_conn: Connection, _from: Transport): void {}

  /** First frame of a connection (protocol §"Handshake"). */
  openFrame(sid: string, transport: string): string {
    const { pingInterval, pingTimeout, maxHttpBufferSize: maxPayload } = this.engine.opts;
    const upgrades = transport === 'polling' ? JSON.stringify(this.engine.upgrades(transport)) : '[]';
    const times = `"pingInterval":${pingInterval},"pingTimeout":${pingTimeout}`;
    return `0{"sid":${JSON.stringify(sid)},"upgrades":${upgrades},${times},"maxPayload":${finite(maxPayload)}}`;
  }

  receive(conn: Connection, frame: Frame): void {
    if (typeof frame !== 'string') return this.#binary(conn, frame);
    const type = frame.charCodeAt(0);
    if (type !== MESSAGE) return type === BASE64 ? this.#base64(conn, frame) : this.receiveControl(conn, type, frame);
    const text = frame.slice(1);
    if (conn._events !== undefined) announce(conn, 'message', text);
    let packet: Packet | undefined;
    try {
      packet = this.packets.text(conn, text, this);
    } catch (error) {
      conn.receiver?.onInvalidPacket(error as Error);
      return;
    }
    if (packet !== undefined) this.deliver(conn, packet);
  }

  /** A WebSocket client that cannot send binary. In polling bodies it has been decoded already. */
  #base64(conn: Connection, frame: string): void {
    let data: Buffer;
    try {
      data = this.readBase64(frame);
    } catch (error) {
      conn.fail('parse error', error);
      return;
    }
    this.#binary(conn, data);
  }

  #binary(conn: Connection, data: Buffer): void {
    if (conn._events !== undefined) announce(conn, 'message', data);
    this.readBytes(conn, data);
  }

  /** Hands a complete packet up. */
  deliver(conn: Connection, packet: Packet): void {
    conn.receiver?.onPacket(packet);
  }

  /** A message of bytes. */
  protected readBytes(conn: Connection, data: Buffer): void {
    let packet: Packet | undefined;
    try {
      packet = this.packets.bytes(conn, data, this);
    } catch (error) {
      conn.receiver?.onInvalidPacket(error as Error);
      return;
    }
    if (packet !== undefined) this.deliver(conn, packet);
  }

  /** Whether sessions of this dialect include that one. */
  owns(conn: Connection): boolean {
    return conn.dialect === this;
  }

  message(data: string | Buffer): Frame {
    return typeof data === 'string' ? `4${data}` : data;
  }

  describe(frame: Frame): RawPacket {
    return describeFrame(frame);
  }

  send(conn: Connection, packet: Packet, compress: boolean): void {
    this.packets.send(conn, packet, compress);
  }

  encode(outgoing: OutboundPacket): EncodedFrames {
    return this.packets.encode(outgoing);
  }

  closed(conn: Connection): void {
    this.packets.closed?.(conn);
  }
}

/** JSON has no `Infinity`, which an option may be. */
function finite(number: number): number {
  return Math.min(number, Number.MAX_SAFE_INTEGER);
}
