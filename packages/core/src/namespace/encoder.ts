import { attachBinary } from '../codec/binary.js';
import type { Packet } from '../codec/packet.js';
import { decodePacket } from '../codec/packet-decoder.js';
import { encodePacket } from '../codec/packet-encoder.js';
import type { ParserPackets } from '../dialect/engine/packets/parser.js';
import { Outgoing } from '../virtual-socket/outgoing.js';

const kOutgoing = Symbol('sio.outgoing');

/** What adapters get from `encode`: the wire form most clients take, and out of their sight the packet it came from. */
export type EncodedPackets = (string | Buffer)[] & { [kOutgoing]?: Outgoing };

/** `server.encoder`, as adapters use it. */
export class AdapterEncoder {
  readonly #parser: ParserPackets | undefined;

  /** @param parser of the application, if not ours. */
  constructor(parser?: ParserPackets) {
    this.#parser = parser;
  }

  /** @throws CodecError when the packet cannot be encoded. */
  encode(packet: Packet): EncodedPackets {
    const outgoing = new Outgoing(packet);
    const packets: EncodedPackets = this.#parser === undefined ? asJson(outgoing) : this.#asParsed(outgoing);
    packets[kOutgoing] = outgoing;
    return packets;
  }

  #asParsed(outgoing: Outgoing): EncodedPackets {
    outgoing.parsed = (this.#parser as ParserPackets).encoded(outgoing.packet);
    return [...outgoing.parsed];
  }

  /** The packet behind what an adapter hands over. One that made its own array is read back from it. */
  outgoingOf(encoded: EncodedPackets): Outgoing {
    return encoded[kOutgoing] ?? new Outgoing(this.#parser?.readBack(encoded) ?? readBack(encoded));
  }
}

function asJson(outgoing: Outgoing): EncodedPackets {
  const encoded = encodePacket(outgoing.packet);
  outgoing.encoded = encoded;
  return typeof encoded === 'string' ? [encoded] : [encoded.text, ...encoded.attachments];
}

function readBack([text, ...attachments]: EncodedPackets): Packet {
  const packet = decodePacket(String(text), { allowReservedEvents: true, maxAttachments: Number.MAX_SAFE_INTEGER });
  return attachments.length === 0 ? packet : attachBinary(packet, attachments as Buffer[]);
}
