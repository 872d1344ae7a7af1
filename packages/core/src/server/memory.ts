import { InMemoryConnector, type MemoryClient } from '../dialect/memory/connector.js';
import type { MemoryListener } from '../dialect/memory/peer.js';
import type { ProtocolVersion } from '../virtual-socket/dialect.js';
import type { Origin } from '../virtual-socket/request-info.js';
import { handlerSettings } from './build.js';
import type { Server } from './server.js';

/** The properties of a client that connects in memory. */
export interface MemoryConnection {
  /** The protocol version that the client speaks. */
  readonly generation: ProtocolVersion;
  /** The first request of the connection, as the server sees it. */
  readonly origin: Origin;
  /** The parameters of the handshake, by which clients of 0.9 identify themselves. */
  readonly auth: Readonly<Record<string, unknown>>;
}

const connectors = new WeakMap<Server, InMemoryConnector>();

/**
 * Connects a client of this process to a server, without a network and without HTTP. From the frames of its protocol version inwards,
 * everything works as for any other client. Checks of requests (`allowRequest`, `io.engine.use`, origins) do not run.
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
