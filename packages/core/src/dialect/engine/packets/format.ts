import type { Packet } from '../../../codec/packet/packet.js';
import type { EncodedFrames, OutboundPacket } from '../../../transport/frame.js';
import type { Connection } from '../../../virtual-socket/dialect.js';

/** Takes packets that are complete. */
export interface PacketTaker {
  deliver(conn: Connection, packet: Packet): void;
}

/** How Socket.IO packets look inside the messages of Engine.IO. */
export interface PacketFormat {
  /**
   * Reads a message of text.
   * @returns the packet that it completes, unless that has gone to `taker`. @throws Error when it is none.
   */
  text(conn: Connection, text: string, taker: PacketTaker): Packet | undefined;
  /** The same for a message of bytes. */
  bytes(conn: Connection, data: Buffer, taker: PacketTaker): Packet | undefined;
  /** Sends a packet to one connection. @throws Error when it cannot be encoded. */
  send(conn: Connection, packet: Packet, compress: boolean): void;
  /**
   * The frame that tells a client that it has joined a namespace, where that needs no encoder; undefined where it does.
   * @param sid of URL-safe characters.
   */
  joined?(nsp: string, sid: string): string | undefined;
  /** Encodes a packet for many connections. @throws Error when it cannot be encoded. */
  encode(outgoing: OutboundPacket): EncodedFrames;
  /** The connection is over. */
  closed?(conn: Connection): void;
}

/** First character of a text frame that is a message. */
export const MESSAGE = '4';
