import { ExternalProtocolHandler } from '../dialect/external/accept.js';
import type { RawConnection } from '../transport/external.js';
import { Engine } from '../virtual-socket/engine.js';
import type { VirtualSocket } from '../virtual-socket/virtual-socket.js';
import { packetSettings } from './build.js';
import { engineOptions } from './options/engine-options.js';
import type { ServerOptions } from './options/options.js';

/** Somebody else's Engine.IO server: engine.io itself, or one for another platform. */
export interface ForeignEngine {
  on(event: 'connection', listener: (raw: RawConnection) => void): unknown;
  close(): unknown;
}

/**
 * Takes the connections of such a server.
 * @returns an engine of ours that keeps them
 */
export function adopt(engine: ForeignEngine, options: ServerOptions, arrived: (conn: VirtualSocket) => void): Engine {
  const own = new Engine(engineOptions(options));
  const entrance = new ExternalProtocolHandler(own, packetSettings(options));
  own.on('connection', arrived);
  engine.on('connection', (raw) => entrance.accept(raw));
  return own;
}
