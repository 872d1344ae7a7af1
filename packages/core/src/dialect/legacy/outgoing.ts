import { LegacyType, makeLegacyPacket } from '../../codec/legacy/legacy.js';
import { encodeLegacyPacket } from '../../codec/legacy/legacy-encoder.js';
import type { JsonCodec } from '../../codec/packet/json.js';
import { type Packet, PacketType } from '../../codec/packet/packet.js';
import { isMessage } from '../../codec/packet/sent-message.js';
import type { BinaryPolicy } from './binary.js';

/** Ids of packets begin with 1 in this protocol, and some clients take 0 for none. */
export const FIRST_ID = 1;

/**
 * A packet as Socket.IO 0.9 writes it (protocol §8); undefined when it is left out.
 * @param json writes the data in place of JavaScript's own.
 * @throws CodecError when it cannot be written.
 */
export function writeLegacy(packet: Packet, binary: BinaryPolicy, json?: JsonCodec): string | undefined {
  const endpoint = packet.nsp === '/' ? '' : packet.nsp;
  switch (packet.type) {
    case PacketType.CONNECT:
      return encodeLegacyPacket(makeLegacyPacket(LegacyType.CONNECT, endpoint));
    case PacketType.DISCONNECT:
      return encodeLegacyPacket(makeLegacyPacket(LegacyType.DISCONNECT, endpoint));
    case PacketType.CONNECT_ERROR:
      return writeRefusal(endpoint);
    case PacketType.ACK:
    case PacketType.BINARY_ACK:
      return writeAck(packet, endpoint, binary, json);
    default:
      return writeEvent(packet, endpoint, binary, json);
  }
}

function writeRefusal(endpoint: string): string {
  const refusal = makeLegacyPacket(LegacyType.ERROR, endpoint);
  refusal.reason = 'unauthorized';
  return encodeLegacyPacket(refusal);
}

function writeAck({ data, id }: Packet, endpoint: string, binary: BinaryPolicy, json?: JsonCodec): string {
  // The client would wait forever for an acknowledgement that is left out, so it is sent without its arguments.
  const args = binary.outgoing((data ?? []) as unknown[], 'an acknowledgement') ?? [];
  const ack = makeLegacyPacket(LegacyType.ACK, endpoint, args);
  ack.ackId = id;
  return encodeLegacyPacket(ack, json);
}

function writeEvent(packet: Packet, endpoint: string, binary: BinaryPolicy, json?: JsonCodec): string | undefined {
  const [name, ...values] = packet.data as [string | number, ...unknown[]];
  const args = binary.outgoing(values, `event "${String(name)}"`);
  if (args === undefined) return undefined;
  const event = isMessage(packet) && args.length === 1 ? messageOf(endpoint, args[0]) : eventOf(endpoint, name, args);
  if (packet.id !== undefined && packet.id !== null) {
    event.id = packet.id + FIRST_ID;
    // The original client acknowledges an event only when it is asked for data.
    event.appAck = true;
  }
  return encodeLegacyPacket(event, json);
}

export function messageOf(endpoint: string, value: unknown) {
  // JSON has no undefined; a list would have shown null in its place.
  return typeof value === 'string'
    ? makeLegacyPacket(LegacyType.MESSAGE, endpoint, value)
    : makeLegacyPacket(LegacyType.JSON, endpoint, value === undefined ? null : value);
}

function eventOf(endpoint: string, name: string | number, args: readonly unknown[]) {
  const event = makeLegacyPacket(LegacyType.EVENT, endpoint, args);
  event.name = String(name);
  return event;
}
