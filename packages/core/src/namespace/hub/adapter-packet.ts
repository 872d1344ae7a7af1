import { makePacket, type Packet, PacketType } from '../../codec/packet/packet.js';
import { isMessage, markAsMessage } from '../../codec/packet/sent-message.js';

/** An event as adapters get it: with socket.io's keys, and none without a value, which brokers would carry to other servers. */
export function packetForAdapter(data: unknown[]): Packet {
  return { type: PacketType.EVENT, data } as Packet;
}

/** A packet that comes from an adapter, in the shape that all packets here have. */
export function packetFromAdapter(packet: Packet): Packet {
  const { type, nsp, data, id } = packet;
  const own = makePacket(type, nsp, data, id ?? undefined);
  if (isMessage(packet)) markAsMessage(own);
  return own;
}
