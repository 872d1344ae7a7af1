import { CodecError } from '../../../codec/codec-error.js';
import { decodeMsgpackPacket, encodeMsgpackPacket } from '../../../codec/msgpack/msgpack.js';
import type { Packet, PacketRules } from '../../../codec/packet/packet.js';
import { EncodedFrames, type OutboundPacket } from '../../../transport/frame.js';
import type { Connection } from '../../../virtual-socket/dialect.js';
import type { PacketFormat } from './format.js';

/** The format of clients with `socket.io-msgpack-parser`: each packet is one message of bytes. */
export class MsgpackPackets implements PacketFormat {
  readonly #rules: PacketRules;

  constructor(rules: PacketRules) {
    this.#rules = rules;
  }

  text(): never {
    throw new CodecError('bad_msgpack', 'A packet must be a map');
  }

  bytes(_conn: Connection, data: Buffer): Packet {
    return decodeMsgpackPacket(data, this.#rules);
  }

  send(conn: Connection, packet: Packet, compress: boolean): void {
    conn.sendFrame(encodeMsgpackPacket(packet), compress);
  }

  encode(outgoing: OutboundPacket): EncodedFrames {
    return new EncodedFrames([encodeMsgpackPacket(outgoing.packet)]);
  }
}
