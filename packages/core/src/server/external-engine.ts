import { ExternalProtocolHandler } from '../dialect/external/accept.js';
import type { RawConnection } from '../transport/external.js';
import { Engine } from '../virtual-socket/engine.js';
import { packetSettings } from './build.js';
import { engineOptions } from './options/engine-options.js';
import type { Settings } from './options/options.js';

/** An Engine.IO server of another make: engine.io itself, or one for another platform. */
export interface ForeignEngine {
  on(event: 'connection', listener: (raw: RawConnection) => void): unknown;
  close(): unknown;
}

/**
 * Takes the connections of such a server.
 * @returns an engine of ours that keeps them
 */
export function adopt(engine: ForeignEngine, settings: Settings): Engine {
  const own = new Engine(engineOptions(settings));
  const handler = new ExternalProtocolHandler(own, packetSettings(settings));
  engine.on('connection', (raw) => handler.accept(raw));
  return own;
}
