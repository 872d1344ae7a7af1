import { attachBinary } from '../../codec/packet/binary.js';
import type { JsonCodec } from '../../codec/packet/custom-json.js';
import type { Packet } from '../../codec/packet/packet.js';
import { decodePacket } from '../../codec/packet/packet-decoder.js';
import { type EncodeOptions, encodePacket } from '../../codec/packet/packet-encoder.js';
import type { ParserPackets } from '../../dialect/engine/packets/parser.js';
import { OutboundPacket } from '../../virtual-socket/outbound-packet.js';

const kOutboundPacket = Symbol('sio.outgoing');

/** What adapters get from `encode`: the wire form most clients take, and out of their sight the packet it came from. */
export type EncodedPackets = (string | Buffer)[] & { [kOutboundPacket]?: OutboundPacket };

/** `server.encoder`, as adapters use it. */
export class AdapterEncoder {
  readonly #parser: ParserPackets | undefined;
  readonly #options: EncodeOptions;

  /** @param parser of the application, if not ours. @param json that of the application, if not JavaScript's. */
  constructor(parser?: ParserPackets, json?: JsonCodec) {
    this.#parser = parser;
    this.#options = { json };
  }

  /** @throws CodecError when the packet cannot be encoded. */
  encode(packet: Packet): EncodedPackets {
    const outgoing = new OutboundPacket(packet);
    const packets: EncodedPackets = this.#parser === undefined ? this.#asJson(outgoing) : this.#asParsed(outgoing);
    packets[kOutboundPacket] = outgoing;
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

  /** The packet behind what an adapter hands over. One that made its own array is read back from it. */
  outboundPacketOf(encoded: EncodedPackets): OutboundPacket {
    return (
      encoded[kOutboundPacket] ??
      new OutboundPacket(this.#parser?.readBack(encoded) ?? readBack(encoded, this.#options))
    );
  }
}

function readBack([text, ...attachments]: EncodedPackets, { json }: EncodeOptions): Packet {
  const rules = { allowReservedEvents: true, maxAttachments: Number.MAX_SAFE_INTEGER, json };
  const packet = decodePacket(String(text), rules);
  return attachments.length === 0 ? packet : attachBinary(packet, attachments as Buffer[]);
}
