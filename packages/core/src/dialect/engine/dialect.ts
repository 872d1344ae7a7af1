import { escapeToAscii } from '../../codec/ascii.js';
import { CodecError } from '../../codec/codec-error.js';
import { isAscii } from '../../codec/engine/utf8-quirk.js';
import { attachBinary } from '../../codec/packet/binary.js';
import type { JsonCodec } from '../../codec/packet/json.js';
import {
  decodePacket,
  type EncodedBinary,
  type EncodeOptions,
  encodePacket,
  type Packet,
  type PacketRules,
} from '../../codec/packet/packet.js';
import type { DeadlineQueue } from '../../internal/time/deadlines.js';
import { EncodedFrames, type Frame, type OutboundPacket } from '../../transport/frame.js';
import type { PollingWire } from '../../transport/polling/wire.js';
import type { Transport } from '../../transport/transport.js';
import type { WebSocketWire } from '../../transport/websocket/accepted.js';
import type { ConnectFailure, Connection, Dialect, ProtocolVersion, RawPacket } from '../../virtual-socket/dialect.js';
import type { EngineContext } from '../../virtual-socket/engine-context.js';
import type { UpgradeFrames } from '../../virtual-socket/upgrade.js';
import { announce, describeFrame } from './control.js';
import type { EngineQuery } from './handshake.js';
import { MESSAGE, type PacketFormat, type PacketTaker } from './packets/format.js';

const MESSAGE_CODE = 0x34;
const BASE64 = 0x62;

/** The common part of all versions of Engine.IO: messages are text frames `4…` and binary frames, and hold packets in some format. */
export abstract class EngineDialect implements Dialect, PacketTaker {
  abstract readonly protocolVersion: ProtocolVersion;
  abstract readonly protocol: number;
  abstract readonly slot: number;
  abstract readonly tolerant: boolean;
  abstract readonly recovers: boolean;
  abstract readonly websocket: WebSocketWire;
  readonly noop = '6';
  readonly upgradeFrames: UpgradeFrames = { probe: '2probe', probed: '3probe', commit: '5', noop: this.noop };

  /** Undefined where another engine keeps the heartbeat. */
  readonly firstDeadline: DeadlineQueue | undefined;
  protected readonly engine: EngineContext;
  protected readonly packets: PacketFormat;

  constructor(engine: EngineContext, packets: PacketFormat) {
    this.engine = engine;
    this.packets = packets;
    this.firstDeadline = engine.pingInterval;
  }

  /** How the bodies of one connection are written and read. @param memory what {@link remember} gave. */
  abstract pollingWire(memory: unknown): PollingWire;
  abstract heartbeatDue(conn: Connection): void;
  abstract socketId(conn: Connection, nsp: string): string;
  abstract sendConnected(conn: Connection, nsp: string, socketId: string, pid: string | undefined): void;
  abstract sendConnectFailure(conn: Connection, nsp: string, failure: ConnectFailure): void;
  /** A text frame that is not a message: heartbeat, close, upgrade, noop. */
  protected abstract receiveControl(conn: Connection, type: number, frame: string): void;
  /** The bytes of a message in base64. @throws CodecError */
  protected abstract readBase64(frame: string): Buffer;

  opened?(conn: Connection): void;

  /** Makes the `dialectState` of a connection. @param query of the handshake. */
  remember?(query: EngineQuery, userAgent?: string): unknown;

  transportChanged(_conn: Connection, _from: Transport): void {}

  receive(conn: Connection, frame: Frame): void {
    if (typeof frame !== 'string') return this.#binary(conn, frame);
    const type = frame.charCodeAt(0);
    if (type !== MESSAGE_CODE)
      return type === BASE64 ? this.#base64(conn, frame) : this.receiveControl(conn, type, frame);
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

// ---- JSON in messages ----

/** Socket.IO's own: JSON with a few characters before it, and bytes as messages of their own behind it. */
export class JsonPackets implements PacketFormat {
  readonly #rules: PacketRules;
  /** How the text is written that all styles of JSON share. */
  readonly #shared: EncodeOptions;
  /** Text is escaped so that every character on the wire is ASCII. */
  readonly ascii: boolean;
  /** Reads and writes the data in place of JavaScript's own. */
  readonly json: JsonCodec | undefined;

  constructor(rules: PacketRules, ascii = false) {
    this.#rules = rules;
    this.ascii = ascii;
    this.json = rules.json;
    this.#shared = { json: rules.json };
  }

  text(conn: Connection, text: string): Packet | undefined {
    if (conn.partial !== undefined) {
      throw new CodecError('bad_attachments', 'got plaintext data when reconstructing a packet');
    }
    const packet = decodePacket(text, this.#rules);
    if (packet.attachments === undefined || packet.attachments === 0) return packet;
    conn.expectAttachments(packet);
    return undefined;
  }

  bytes(conn: Connection, data: Buffer): Packet | undefined {
    const { partial } = conn;
    if (partial === undefined) {
      throw new CodecError('bad_attachments', 'got binary data when not reconstructing a packet');
    }
    const { maxAttachmentBytes = Number.POSITIVE_INFINITY } = this.#rules;
    partial.bytes += data.length;
    if (partial.bytes > maxAttachmentBytes) {
      throw new CodecError('attachments_too_large', `Attachments of one packet exceed ${maxAttachmentBytes} bytes`);
    }
    if (partial.buffers.push(data) < (partial.packet.attachments ?? 0)) return undefined;
    partial.complete();
    return attachBinary(partial.packet, partial.buffers, this.#rules);
  }

  send(conn: Connection, packet: Packet, compress: boolean): void {
    const encoded = encodePacket(packet, this);
    if (typeof encoded === 'string') {
      conn.sendFrame(MESSAGE + encoded, compress);
      return;
    }
    conn.sendFrame(MESSAGE + encoded.text, compress);
    for (const data of encoded.attachments) conn.sendFrame(data, compress);
  }

  joined(nsp: string, sid: string): string | undefined {
    if (this.json !== undefined) return undefined;
    return nsp === '/' ? `40{"sid":"${sid}"}` : `40${nsp},{"sid":"${sid}"}`;
  }

  encode(outgoing: OutboundPacket): EncodedFrames {
    outgoing.encoded ??= encodePacket(outgoing.packet, this.#shared);
    const encoded = this.ascii ? this.#inAscii(outgoing.encoded, outgoing.packet) : outgoing.encoded;
    return new EncodedFrames(
      typeof encoded === 'string' ? [MESSAGE + encoded] : [MESSAGE + encoded.text, ...encoded.attachments],
    );
  }

  /** The same packet with its data escaped. The text before the data has no escapes. */
  #inAscii(encoded: string | EncodedBinary, packet: Packet): string | EncodedBinary {
    if (!isAscii(packet.nsp)) return encodePacket(packet, this);
    if (typeof encoded === 'string') return escapeToAscii(encoded);
    return { text: escapeToAscii(encoded.text), attachments: encoded.attachments };
  }
}
