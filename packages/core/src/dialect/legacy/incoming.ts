import { parse } from 'node:querystring';
import { type LegacyPacket, LegacyType, splitEndpoint } from '../../codec/legacy/legacy.js';
import { makePacket, type Packet, PacketType, RESERVED_EVENTS } from '../../codec/packet/packet.js';
import { FIRST_ID } from './outgoing.js';

const MAX_PARAMETERS = 100;

/** The namespace that an endpoint names. */
export function namespaceOf(endpoint: string): string {
  const { name } = splitEndpoint(endpoint);
  return name.startsWith('/') ? name : `/${name}`;
}

/** The query of a CONNECT, which stands in its data or, from some clients, in the endpoint. */
export function connectQuery(packet: LegacyPacket): Record<string, unknown> {
  const data = typeof packet.data === 'string' ? packet.data.replace(/^\?/, '') : '';
  return parse(data || splitEndpoint(packet.endpoint).query, '&', '=', { maxKeys: MAX_PARAMETERS });
}

/**
 * A MESSAGE, JSON, EVENT or ACK as the namespaces know it; undefined for a packet that clients may not send. An id without `+` has been
 * answered already: the application is asked for an acknowledgement only with it.
 */
export function readLegacy(packet: LegacyPacket): Packet | undefined {
  const nsp = namespaceOf(packet.endpoint);
  const { data } = packet;
  const id = packet.appAck ? packet.id : undefined;
  switch (packet.type) {
    case LegacyType.MESSAGE:
    case LegacyType.JSON:
      return makePacket(PacketType.EVENT, nsp, ['message', data], id);
    case LegacyType.EVENT:
      if (RESERVED_EVENTS.has(packet.name)) return undefined;
      return makePacket(PacketType.EVENT, nsp, [packet.name, ...(data as unknown[])], id);
    case LegacyType.ACK:
      return makePacket(PacketType.ACK, nsp, data, (packet.ackId as number) - FIRST_ID);
    default:
      return undefined;
  }
}
