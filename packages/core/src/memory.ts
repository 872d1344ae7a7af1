/**
 * Clients without a network, for `@sio/testing` and other clients in the server's own process.
 *
 * @module
 */
import './internal/supported-node.js';

export { makePacket, type Packet, PacketType } from './codec/packet/packet.js';
export type { MemoryClient } from './dialect/memory/connector.js';
export type { MemoryListener } from './dialect/memory/peer.js';
export { connectInMemory, type MemoryConnection } from './server/memory.js';
export type {
  ProtocolVersion,
  /** @deprecated The name is {@link ProtocolVersion}. */
  ProtocolVersion as Generation,
} from './virtual-socket/dialect.js';
export type { Origin } from './virtual-socket/request-info.js';
