import { attachBinary } from '../../codec/packet/binary.js';
import type { JsonCodec } from '../../codec/packet/json.js';
import { decodePacket, type EncodeOptions, encodePacket, type Packet } from '../../codec/packet/packet.js';
import type { ParserPackets } from '../../dialect/engine/packets/parser.js';
import { OutboundPacket } from '../../transport/frame.js';
import { packetFromAdapter } from './adapter-packet.js';

const kOutboundPacket = Symbol('sio.outgoing');

/** The result of `encode` for adapters: the wire form that most clients take, and under a symbol the packet it came from. */
export type EncodedPackets = (string | Buffer)[] & { [kOutboundPacket]?: OutboundPacket };

/** `server.encoder`, as adapters use it. */
export class AdapterEncoder {
  readonly #parser: ParserPackets | undefined;
  readonly #options: EncodeOptions;
  /** Adapters of older days write its parts one by one, in the same turn. */
  #latest: EncodedPackets | undefined = undefined;

  /** @param parser of the application, if not ours. @param json that of the application, if not JavaScript's. */
  constructor(parser?: ParserPackets, json?: JsonCodec) {
    this.#parser = parser;
    this.#options = { json };
  }

  /** @throws CodecError when the packet cannot be encoded. */
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

  /**
   * The packet behind what an adapter hands over: all of it, or one part after the other, as `socket.io-adapter` 2.3 does. A
   * packet that the adapter has made by itself is read back.
   * @returns undefined for a part that has gone with the first one
   * @throws CodecError when it is no packet
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
