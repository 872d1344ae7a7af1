import { OptionError } from '../../internal/option-error.js';
import { shown } from '../../internal/shown.js';
import { BinaryPolicy, type LegacyBinary } from './binary.js';
import type { LegacySettings } from './settings.js';
import { LEGACY_TRANSPORTS } from './wires.js';

/** The options about clients of Socket.IO 0.8 and 0.9, with their defaults filled in. Durations in milliseconds. */
export interface LegacyOptions {
  readonly legacyBinary: LegacyBinary;
  readonly legacyCloseTimeout: number;
  readonly legacyPollingDuration: number;
  /** Undefined: all. */
  readonly legacyTransports?: readonly string[] | undefined;
}

/** The surroundings that the dialect depends on. */
export interface LegacySurroundings {
  /** Pathname below the mount, without a trailing slash. */
  readonly path: string;
  /** Transports of the whole server: `polling`, `websocket`. */
  readonly kinds: readonly string[];
  /** A policy file is served, without which Flash opens no socket. */
  readonly flash: boolean;
  warn(message: string): void;
}

/** Clients prefer what comes first. */
const OFFERED: readonly string[] = ['websocket', 'flashsocket', 'htmlfile', 'xhr-polling', 'jsonp-polling'];
const BINARY: ReadonlySet<unknown> = new Set(['base64', 'drop', 'error']);

/** @throws OptionError for invalid values. */
export function legacySettings(
  options: LegacyOptions,
  { path, kinds, flash, warn }: LegacySurroundings,
): LegacySettings {
  const { legacyBinary, legacyCloseTimeout, legacyPollingDuration, legacyTransports } = options;
  if (!BINARY.has(legacyBinary))
    throw new OptionError(`option legacyBinary must be one of ${[...BINARY].join(', ')}, not ${shown(legacyBinary)}`);
  if (!(legacyPollingDuration > 0 && legacyPollingDuration < legacyCloseTimeout)) {
    throw new OptionError(
      `option legacyPollingDuration must be above 0 and below legacyCloseTimeout (${legacyCloseTimeout} ms), not ${legacyPollingDuration}`,
      'SIO_OPTION_CONFLICT',
    );
  }
  if (legacyTransports !== undefined && !Array.isArray(legacyTransports)) throw noTransports(legacyTransports);
  const spoken = (legacyTransports ?? [...LEGACY_TRANSPORTS.keys()]).filter((name) => isOfKind(name, kinds));
  return {
    path,
    closeTimeout: legacyCloseTimeout,
    pollingDuration: legacyPollingDuration,
    transports: new Set(spoken),
    advertised: legacyTransports
      ? spoken
      : OFFERED.filter((name) => spoken.includes(name) && (flash || name !== FLASH)),
    binary: new BinaryPolicy(legacyBinary, warn),
  };
}

const FLASH = 'flashsocket';

function noTransports(given: unknown): OptionError {
  const names = [...LEGACY_TRANSPORTS.keys()].join(', ');
  return new OptionError(`option legacyTransports must be a list of ${names}, not ${shown(given)}`);
}

/** Whether the server as a whole has the kind of transport. @throws OptionError for an unknown name. */
function isOfKind(name: string, kinds: readonly string[]): boolean {
  const transport = LEGACY_TRANSPORTS.get(name);
  if (transport === undefined) throw noTransports(name);
  return kinds.includes(transport.kind === 'socket' ? 'websocket' : 'polling');
}
