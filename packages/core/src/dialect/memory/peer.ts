import type { Packet } from '../../codec/packet/packet.js';
import type { Frame } from '../../transport/frame.js';

/** Listens to a client in memory. */
export interface MemoryListener {
  /** CONNECT, CONNECT_ERROR, EVENT, ACK or DISCONNECT, in whatever form the protocol version has. */
  onPacket(packet: Packet): void;
  /** The connection has ended. */
  onClose(): void;
}

/** Takes the frames of a peer. */
export type SendFrame = (frame: Frame) => void;

/** The client's side of one protocol version: packets to frames and back, and heartbeats. */
export interface MemoryPeer {
  /** Whether heartbeats are sent and answered. */
  alive: boolean;
  /** Frames of the server. */
  onFrame(frame: Frame): void;
  /** Asks to join a namespace. */
  join(nsp: string, auth: Readonly<Record<string, unknown>>): void;
  /** Sends an EVENT, ACK or DISCONNECT. @throws CodecError when it cannot be encoded. */
  send(packet: Packet): void;
  /** The connection has ended. */
  close(): void;
}

/** The query of such a client, where it has nothing else to identify itself with. */
export function queryOf(auth: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(auth)) if (value !== undefined) query.set(name, String(value));
  return query.toString();
}

/** A namespace's name with such a query. */
export function withQuery(nsp: string, auth: Readonly<Record<string, unknown>>): string {
  const query = queryOf(auth);
  return query === '' ? nsp : `${nsp}?${query}`;
}
