/** Socket.IO packet types as they stand on the wire (revisions 3 to 5). */
export const PacketType = Object.freeze({
  CONNECT: 0,
  DISCONNECT: 1,
  EVENT: 2,
  ACK: 3,
  /** Named ERROR up to revision 4. */
  CONNECT_ERROR: 4,
  /** Wire form of an EVENT with attachments; decoded packets say EVENT. */
  BINARY_EVENT: 5,
  /** Wire form of an ACK with attachments; decoded packets say ACK. */
  BINARY_ACK: 6,
} as const);
export type PacketType = (typeof PacketType)[keyof typeof PacketType];

/** One Socket.IO packet. */
export interface Packet {
  /** A {@link PacketType}. */
  type: number;
  /** Namespace, `/` for the main one. Revisions 3 and 4 carry a query in it when connecting. */
  nsp: string;
  /** `[name, ...args]` of an EVENT, `[...args]` of an ACK, whatever is said on CONNECT and CONNECT_ERROR. */
  data?: unknown;
  /** Acknowledgement id. 0 is one. */
  id?: number | undefined;
  /** Attachments still to come; 0 or absent when the packet is complete. */
  attachments?: number;
}

/** Makes a complete packet. All packets made here have one hidden class, which keeps their readers fast. */
export function makePacket(type: number, nsp: string, data?: unknown, id?: number): Packet {
  return { type, nsp, data, id, attachments: 0 };
}
