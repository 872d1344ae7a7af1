import { escapeToAscii } from '../../../codec/ascii.js';
import { CodecError } from '../../../codec/codec-error.js';
import { isAscii } from '../../../codec/engine/utf8-quirk.js';
import { attachBinary } from '../../../codec/packet/binary.js';
import type { JsonCodec } from '../../../codec/packet/custom-json.js';
import type { Packet } from '../../../codec/packet/packet.js';
import { decodePacket } from '../../../codec/packet/packet-decoder.js';
import { type EncodedBinary, type EncodeOptions, encodePacket } from '../../../codec/packet/packet-encoder.js';
import type { PacketRules } from '../../../codec/packet/packet-rules.js';
import { EncodedFrames } from '../../../transport/transport.js';
import type { Connection } from '../../../virtual-socket/dialect.js';
import type { OutboundPacket } from '../../../virtual-socket/outbound-packet.js';
import { MESSAGE, type PacketFormat } from './format.js';

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
