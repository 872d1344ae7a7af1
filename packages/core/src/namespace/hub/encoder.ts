import { attachBinary } from '../../codec/packet/binary.js';
import type { JsonCodec } from '../../codec/packet/json.js';
import {
  appendArgument,
  decodePacket,
  type EncodedBinary,
  type EncodeOptions,
  encodePacket,
  makePacket,
  type Packet,
  PacketType,
} from '../../codec/packet/packet.js';
import { markAsMessage } from '../../codec/packet/sent-message.js';
import type { ParserPackets } from '../../dialect/engine/packets/parser.js';
import { OutboundPacket } from '../../transport/frame.js';
import { packetFromAdapter } from './adapter-packet.js';

/** Stands before values, where an event has its name. */
const VALUES = 'values';

const kOutboundPacket = Symbol('sio.outgoing');

/** The result of `encode` for adapters: the wire form that most clients take, and under a symbol the packet it came from. */
export type EncodedPackets = (string | Buffer)[] & { [kOutboundPacket]?: OutboundPacket };

/** Encodes and decodes packets for adapters, as `server.encoder`. */
export class AdapterEncoder {
  readonly #parser: ParserPackets | undefined;
  readonly #options: EncodeOptions;
  /** Adapters of older days write its parts one by one, in the same turn. */
  #latest: EncodedPackets | undefined = undefined;

  /** @param parser the option `parser`. @param json the option `json`. */
  constructor(parser?: ParserPackets, json?: JsonCodec) {
    this.#parser = parser;
    this.#options = { json };
  }

  /** Encodes a packet, in the form that most clients take. @throws CodecError when the packet cannot be encoded. */
  encode(packet: Packet): EncodedPackets {
    const outgoing = new OutboundPacket(packetFromAdapter(packet));
    const packets: EncodedPackets = this.#parser === undefined ? this.#asJson(outgoing) : this.#asParsed(outgoing);
    packets[kOutboundPacket] = outgoing;
    this.#latest = packets;
    return packets;
  }

  #asJson(outgoing: OutboundPacket): EncodedPackets {
    const encoded = encodePacket(outgoing.packet, this.#options);
    outgoing.encoded = encoded;
    return typeof encoded === 'string' ? [encoded] : [encoded.text, ...encoded.attachments];
  }

  #asParsed(outgoing: OutboundPacket): EncodedPackets {
    outgoing.parsed = (this.#parser as ParserPackets).encoded(outgoing.packet);
    return [...outgoing.parsed];
  }

  /** Encodes a message for other servers: JSON, with its binary values beside it. @throws CodecError */
  textOf(outgoing: OutboundPacket): string | EncodedBinary {
    outgoing.encoded ??= encodePacket(outgoing.packet, this.#options);
    return outgoing.encoded;
  }

  /** Takes a message of another server, made by {@link textOf}. It is decoded only if a client needs it in another form. */
  received(encoded: string | EncodedBinary, wasSent: boolean): OutboundPacket {
    const outgoing = new OutboundPacket(undefined, () => {
      const packet =
        typeof encoded === 'string' ? this.read(encoded, []) : this.read(encoded.text, encoded.attachments);
      if (wasSent) markAsMessage(packet);
      return packet;
    });
    outgoing.encoded = encoded;
    return outgoing;
  }

  /** Returns the same event with one more argument. */
  withArgument(outgoing: OutboundPacket, value: string): OutboundPacket {
    return outgoing.withArgument(value, this.#withLast(outgoing, value));
  }

  /** Returns the same event with an offset, for clients that can come back for their socket. */
  stamped(outgoing: OutboundPacket, offset: string): OutboundPacket {
    return outgoing.stamp(offset, this.#withLast(outgoing, offset));
  }

  /** Returns the text of an event with one more argument; undefined where only its values can tell. */
  #withLast({ encoded }: OutboundPacket, value: string): string | EncodedBinary | undefined {
    // An application's JSON may end in any way, and its parser needs the values.
    if (encoded === undefined || this.#parser !== undefined || this.#options.json !== undefined) return undefined;
    return appendArgument(encoded, value);
  }

  /** Encodes a packet for other servers that no client of this server gets. @throws CodecError */
  encodedText(packet: Packet): string | EncodedBinary {
    return encodePacket(packet, this.#options);
  }

  /** Encodes any values for other servers. @throws CodecError when they have no JSON form. */
  textOfValues(values: readonly unknown[]): string | EncodedBinary {
    return encodePacket(makePacket(PacketType.EVENT, '/', [VALUES, ...values]), this.#options);
  }

  /** Decodes values that {@link textOfValues} has encoded. @throws CodecError for invalid input. */
  valuesOf(encoded: string | EncodedBinary): unknown[] {
    const packet = typeof encoded === 'string' ? this.read(encoded, []) : this.read(encoded.text, encoded.attachments);
    return (packet.data as unknown[]).slice(1);
  }

  /** Decodes a packet that {@link textOf} has encoded. @throws CodecError for invalid input. */
  read(text: string, attachments: readonly Buffer[]): Packet {
    return readBack([text, ...attachments], this.#options);
  }

  /**
   * Finds the packet of what an adapter writes: the whole of it, or one part after the other, as `socket.io-adapter` 2.3 does. A
   * packet that the adapter has encoded by itself is decoded.
   * @returns undefined for a part that was sent with the first one
   * @throws CodecError when it is not a packet
   */
  outboundPacketOf(encoded: EncodedPackets | string | Buffer): OutboundPacket | undefined {
    if (Array.isArray(encoded)) return encoded[kOutboundPacket] ?? this.#readBack(encoded);
    const latest = this.#latest;
    if (latest !== undefined && latest[0] === encoded) return latest[kOutboundPacket];
    return latest?.includes(encoded) ? undefined : this.#readBack([encoded]);
  }

  #readBack(encoded: EncodedPackets): OutboundPacket {
    return new OutboundPacket(this.#parser?.readBack(encoded) ?? readBack(encoded, this.#options));
  }
}

function readBack([text, ...attachments]: EncodedPackets, { json }: EncodeOptions): Packet {
  const rules = { allowReservedEvents: true, maxAttachments: Number.MAX_SAFE_INTEGER, json };
  const packet = decodePacket(String(text), rules);
  return attachments.length === 0 ? packet : attachBinary(packet, attachments as Buffer[]);
}
