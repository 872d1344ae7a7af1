import type { ProtocolHandler, ProtocolVersion } from '../virtual-socket/dialect.js';
import type { Engine } from '../virtual-socket/engine.js';
import type { EngineDialect } from './engine/dialect.js';
import { type PacketSettings, packetFormats } from './engine/packets/formats.js';
import { EngineProtocolHandler } from './engine/protocol-handler.js';
import { Engine3Dialect } from './engine3/dialect.js';
import { Engine4Dialect, Msgpack4Dialect } from './engine4/dialect.js';
import { LegacyDialect } from './legacy/dialect.js';
import { LegacyProtocolHandler } from './legacy/protocol-handler.js';
import type { LegacySettings } from './legacy/settings.js';
import { UnspokenProtocol } from './legacy/unspoken.js';

/** Which clients are let in, and under which rules. */
export interface HandlerSettings extends PacketSettings {
  /** Pathname below the mount, with its trailing slash if it has one. */
  readonly enginePath: string;
  readonly generations: readonly ProtocolVersion[];
  readonly legacy: LegacySettings;
}

/** One handler for each kind of client, in the order in which they are asked. */
export function makeProtocolHandlers(engine: Engine, settings: HandlerSettings): ProtocolHandler[] {
  return [
    new EngineProtocolHandler(engine, settings.enginePath, engineDialects(engine, settings)),
    ...legacyHandlers(engine, settings),
    new UnspokenProtocol(settings.legacy.path),
  ];
}

function legacyHandlers(engine: Engine, { rules, generations, legacy }: HandlerSettings): ProtocolHandler[] {
  if (!generations.includes('0.9')) return [];
  return [new LegacyProtocolHandler(engine, new LegacyDialect(engine, rules, legacy), legacy)];
}

/**
 * By the `EIO` parameter. A session stays with the dialect object it was made with, so that every spelling has its own:
 * no parameter means 3, and clients 1.0 say 2.
 */
export function engineDialects(engine: Engine, { generations, ...settings }: HandlerSettings) {
  const byRevision = new Map<string | undefined, EngineDialect>();
  const { newest, older, msgpack } = packetFormats(settings);
  if (generations.includes('eio4')) {
    byRevision.set('4', new Engine4Dialect(engine, newest, msgpack && new Msgpack4Dialect(engine, msgpack)));
  }
  if (generations.includes('eio3')) {
    byRevision.set('3', new Engine3Dialect(engine, older));
    byRevision.set(undefined, new Engine3Dialect(engine, older));
    byRevision.set('2', new Engine3Dialect(engine, older, true));
  }
  return byRevision;
}
