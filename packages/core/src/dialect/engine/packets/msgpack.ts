import { CodecError } from '../../../codec/codec-error.js';
import { decodeMsgpackPacket, encodeMsgpackPacket } from '../../../codec/msgpack.js';
import type { Packet } from '../../../codec/packet.js';
import type { PacketRules } from '../../../codec/packet-rules.js';
import { WireForm } from '../../../transport/transport.js';
import type { Outgoing } from '../../../virtual-socket/outgoing.js';
import type { VirtualSocket } from '../../../virtual-socket/virtual-socket.js';
import type { PacketStyle } from './style.js';

/** What clients with `socket.io-msgpack-parser` speak: each packet is one message of bytes. */
export class MsgpackPackets implements PacketStyle {
  readonly #rules: PacketRules;

  constructor(rules: PacketRules) {
    this.#rules = rules;
  }

  text(): never {
    throw new CodecError('bad_msgpack', 'A packet is a map');
  }

  bytes(_conn: VirtualSocket, data: Buffer): Packet {
    return decodeMsgpackPacket(data, this.#rules);
  }

  send(conn: VirtualSocket, packet: Packet, compress: boolean): void {
    conn.sendFrame(encodeMsgpackPacket(packet), compress);
  }

  encode(outgoing: Outgoing): WireForm {
    return new WireForm([encodeMsgpackPacket(outgoing.packet)]);
  }
}
