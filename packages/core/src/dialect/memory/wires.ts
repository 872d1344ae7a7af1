import { attachBinary } from '../../codec/packet/binary.js';
import { decodePacket, encodePacket, type Packet, type PacketRules } from '../../codec/packet/packet.js';
import { type PacketDecoder, type Parser, ParserPackets } from '../engine/packets/parser.js';

/** How a client of Engine.IO in memory writes its packets, and reads those of the server. */
export interface PeerWire {
  /** The messages of a packet. @throws CodecError when it cannot be encoded. */
  write(packet: Packet): readonly (string | Buffer)[];
  read(message: string | Buffer): void;
}

/** JSON, with bytes as messages of their own behind it. */
export class JsonWire implements PeerWire {
  readonly #rules: PacketRules;
  readonly #onPacket: (packet: Packet) => void;
  #partial: { readonly packet: Packet; readonly buffers: Buffer[] } | undefined = undefined;

  constructor(rules: PacketRules, onPacket: (packet: Packet) => void) {
    this.#rules = rules;
    this.#onPacket = onPacket;
  }

  write(packet: Packet): readonly (string | Buffer)[] {
    const encoded = encodePacket(packet, { json: this.#rules.json });
    return typeof encoded === 'string' ? [encoded] : [encoded.text, ...encoded.attachments];
  }

  read(message: string | Buffer): void {
    if (typeof message !== 'string') return this.#attach(message);
    const packet = decodePacket(message, this.#rules);
    if (packet.attachments) this.#partial = { packet, buffers: [] };
    else this.#onPacket(packet);
  }

  #attach(data: Buffer): void {
    if (this.#partial === undefined) return;
    const { packet, buffers } = this.#partial;
    if (buffers.push(data) < (packet.attachments ?? 0)) return;
    this.#partial = undefined;
    this.#onPacket(attachBinary(packet, buffers));
  }
}

/** The format of the server's option `parser`. */
export class ParserWire implements PeerWire {
  readonly #packets: ParserPackets;
  readonly #decoder: PacketDecoder;

  constructor(parser: Parser, rules: PacketRules, onPacket: (packet: Packet) => void) {
    this.#packets = new ParserPackets(parser, rules);
    this.#decoder = this.#packets.decoder(onPacket);
  }

  write(packet: Packet): readonly (string | Buffer)[] {
    return this.#packets.encoded(packet);
  }

  read(message: string | Buffer): void {
    this.#decoder.add(message);
  }
}
