import { attachBinary } from '../../codec/binary.js';
import { CodecError } from '../../codec/codec-error.js';
import type { Packet } from '../../codec/packet.js';
import { decodePacket } from '../../codec/packet-decoder.js';
import { encodePacket } from '../../codec/packet-encoder.js';
import type { PacketRules } from '../../codec/packet-rules.js';
import type { PollingWire } from '../../transport/polling/wire.js';
import { type Frame, type Transport, WireForm } from '../../transport/transport.js';
import type { WebSocketWire } from '../../transport/websocket.js';
import type { ConnectFailure, Dialect, Generation, RawPacket } from '../../virtual-socket/dialect.js';
import type { Engine } from '../../virtual-socket/engine.js';
import type { Outgoing } from '../../virtual-socket/outgoing.js';
import type { UpgradeFrames } from '../../virtual-socket/upgrade.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import { announce, describeFrame } from './control.js';
import type { EngineQuery } from './query.js';

const MESSAGE = 0x34;
const BASE64 = 0x62;

/** What all revisions of Engine.IO share: messages are text frames `4…`, attachments follow as binary frames. */
export abstract class EngineDialect implements Dialect {
  abstract readonly generation: Generation;
  abstract readonly protocol: number;
  abstract readonly slot: number;
  abstract readonly tolerant: boolean;
  abstract readonly recovers: boolean;
  abstract readonly websocket: WebSocketWire;
  readonly upgradeFrames: UpgradeFrames = { probe: '2probe', probed: '3probe', commit: '5', noop: '6' };

  protected readonly engine: Engine;
  protected readonly rules: PacketRules;
  /** Text is escaped so that every character on the wire is ASCII. */
  readonly ascii: boolean = false;

  constructor(engine: Engine, rules: PacketRules) {
    this.engine = engine;
    this.rules = rules;
  }

  /** How the bodies of one connection are written and read. @param memory what {@link remember} gave. */
  abstract pollingWire(memory: unknown): PollingWire;
  abstract opened(conn: VirtualSocket): void;
  abstract heartbeatDue(conn: VirtualSocket): void;
  abstract socketId(conn: VirtualSocket, nsp: string): string;
  abstract sendConnected(conn: VirtualSocket, nsp: string, socketId: string, pid: string | undefined): void;
  abstract sendConnectFailure(conn: VirtualSocket, nsp: string, failure: ConnectFailure): void;
  /** A text frame that is no message: heartbeat, close, upgrade, noop. */
  protected abstract receiveControl(conn: VirtualSocket, type: number, frame: string): void;
  /** The bytes of a message in base64. @throws CodecError */
  protected abstract readBase64(frame: string): Buffer;

  /** What the dialect wants to remember of a connection: its `dialectState`. @param query of the handshake. */
  remember(_query: EngineQuery): unknown {
    return undefined;
  }

  transportChanged(_conn: VirtualSocket, _from: Transport): void {}

  /** First frame of a connection (protocol §"Handshake"). */
  openFrame(sid: string, transport: string): string {
    const { pingInterval, pingTimeout, maxHttpBufferSize: maxPayload } = this.engine.opts;
    const upgrades = transport === 'polling' ? JSON.stringify(this.engine.upgrades(transport)) : '[]';
    const times = `"pingInterval":${pingInterval},"pingTimeout":${pingTimeout}`;
    return `0{"sid":${JSON.stringify(sid)},"upgrades":${upgrades},${times},"maxPayload":${maxPayload}}`;
  }

  receive(conn: VirtualSocket, frame: Frame): void {
    if (typeof frame !== 'string') return this.#binary(conn, frame);
    const type = frame.charCodeAt(0);
    if (type !== MESSAGE) return type === BASE64 ? this.#base64(conn, frame) : this.receiveControl(conn, type, frame);
    const text = frame.slice(1);
    if (conn._events !== undefined) announce(conn, 'message', text);
    this.#message(conn, text);
  }

  /** A WebSocket client that cannot send binary. In polling bodies it has been decoded already. */
  #base64(conn: VirtualSocket, frame: string): void {
    let data: Buffer;
    try {
      data = this.readBase64(frame);
    } catch (error) {
      conn.fail('parse error', error);
      return;
    }
    this.#binary(conn, data);
  }

  #binary(conn: VirtualSocket, data: Buffer): void {
    if (conn._events !== undefined) announce(conn, 'message', data);
    this.#attachment(conn, data);
  }

  /** Hands a complete packet up. */
  protected deliver(conn: VirtualSocket, packet: Packet): void {
    conn.receiver?.onPacket(packet);
  }

  #message(conn: VirtualSocket, text: string): void {
    let packet: Packet;
    try {
      if (conn.partial !== undefined) {
        throw new CodecError('bad_attachments', 'got plaintext data when reconstructing a packet');
      }
      packet = decodePacket(text, this.rules);
    } catch (error) {
      conn.receiver?.onInvalidPacket(error as Error);
      return;
    }
    if (packet.attachments !== undefined && packet.attachments > 0) conn.partial = { packet, buffers: [], bytes: 0 };
    else this.deliver(conn, packet);
  }

  #attachment(conn: VirtualSocket, data: Buffer): void {
    const packet = this.#assemble(conn, data);
    if (packet instanceof Error) conn.receiver?.onInvalidPacket(packet);
    else if (packet !== undefined) this.deliver(conn, packet);
  }

  /** The packet if this attachment completes one. */
  #assemble(conn: VirtualSocket, data: Buffer): Packet | Error | undefined {
    const { partial } = conn;
    if (partial === undefined) {
      return new CodecError('bad_attachments', 'got binary data when not reconstructing a packet');
    }
    partial.bytes += data.length;
    if (partial.bytes > (this.rules.maxAttachmentBytes ?? Number.POSITIVE_INFINITY)) {
      return new CodecError(
        'attachments_too_large',
        `Attachments of one packet exceed ${this.rules.maxAttachmentBytes} bytes`,
      );
    }
    if (partial.buffers.push(data) < (partial.packet.attachments ?? 0)) return undefined;
    conn.partial = undefined;
    try {
      return attachBinary(partial.packet, partial.buffers, this.rules);
    } catch (error) {
      return error as Error;
    }
  }

  message(data: string | Buffer): Frame {
    return typeof data === 'string' ? `4${data}` : data;
  }

  describe(frame: Frame): RawPacket {
    return describeFrame(frame);
  }

  send(conn: VirtualSocket, packet: Packet, compress: boolean): void {
    const encoded = encodePacket(packet, this);
    if (typeof encoded === 'string') {
      conn.sendFrame(`4${encoded}`, compress);
      return;
    }
    conn.sendFrame(`4${encoded.text}`, compress);
    for (const data of encoded.attachments) conn.sendFrame(data, compress);
  }

  encode(outgoing: Outgoing): WireForm {
    outgoing.encoded ??= encodePacket(outgoing.packet, this);
    const { encoded } = outgoing;
    return new WireForm(typeof encoded === 'string' ? [`4${encoded}`] : [`4${encoded.text}`, ...encoded.attachments]);
  }
}
