import { InMemoryConnector, type MemoryClient } from '../dialect/memory/connector.js';
import type { MemoryListener } from '../dialect/memory/peer.js';
import type { ProtocolVersion } from '../virtual-socket/dialect.js';
import type { Origin } from '../virtual-socket/request-info.js';
import { handlerSettings } from './build.js';
import type { Server } from './server.js';

/** The properties of a client in memory. */
export interface MemoryConnection {
  /** Which clients it speaks like. */
  readonly generation: ProtocolVersion;
  /** The request that it is said to have come with. */
  readonly origin: Origin;
  /** The parameters by which clients 0.9 identify themselves in their handshake. */
  readonly auth: Readonly<Record<string, unknown>>;
}

const connectors = new WeakMap<Server, InMemoryConnector>();

/**
 * Connects a client of this process to a server: no network, no HTTP, and from the frames of its protocol version inwards everything
 * as for any other client. Whatever looks at requests (`allowRequest`, `io.engine.use`, origins) is not asked.
 *
 * @throws Error for a protocol version that the server does not serve.
 */
export function connectInMemory(
  io: Server,
  { generation, origin, auth }: MemoryConnection,
  listener: MemoryListener,
): MemoryClient {
  let connector = connectors.get(io);
  if (connector === undefined) {
    io._mount();
    connector = new InMemoryConnector(io.engine, handlerSettings(io.engine, io._settings, io.path()));
    connectors.set(io, connector);
  }
  return connector.open(generation, origin, auth, listener);
}
