import { parse } from 'node:querystring';
import { makePacket, type Packet, PacketType } from '../../codec/packet/packet.js';

const MAX_PARAMETERS = 100;

/** A CONNECT of Socket.IO 3 and 4 has its query behind the namespace's name; newer ones have an object beside it. */
export function readConnect(packet: Packet): Packet {
  const question = packet.nsp.indexOf('?');
  if (question === -1) return makePacket(PacketType.CONNECT, packet.nsp);
  const auth = parse(packet.nsp.slice(question + 1), '&', '=', { maxKeys: MAX_PARAMETERS });
  return makePacket(PacketType.CONNECT, packet.nsp.slice(0, question), auth);
}
