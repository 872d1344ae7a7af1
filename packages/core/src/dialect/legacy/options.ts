import { OptionError } from '../../internal/option-error.js';
import { BinaryPolicy, type LegacyBinary } from './binary.js';
import type { LegacySettings } from './settings.js';
import { LEGACY_TRANSPORTS } from './wires.js';

/** Options for clients of Socket.IO 0.8 and 0.9. Durations in milliseconds. */
export interface LegacyOptions {
  /**
   * How binary data is treated, which the protocol of 0.9 has no form for: `base64` writes bytes as `{"_base64":"…"}` and reads
   * the same, `drop` leaves the packet out with a warning, `error` makes `emit` throw. @default 'base64'
   */
  legacyBinary?: LegacyBinary;
  /** A session of 0.9 is over when no transport has been open for this time. @unit ms @default 60000 */
  legacyCloseTimeout?: number;
  /** Time after which a poll of 0.9 without news is answered; shorter than `legacyCloseTimeout`. @unit ms @default 20000 */
  legacyPollingDuration?: number;
  /**
   * Transports that are spoken with clients of 0.9, and in this order offered: `websocket`, `flashsocket`, `htmlfile`, `xhr-multipart`,
   * `xhr-polling`, `jsonp-polling`.
   * @default all; offered are `flashsocket` with `flashPolicy` only, and `xhr-multipart` never
   */
  legacyTransports?: readonly string[];
}

export const legacyDefaults = Object.freeze({
  legacyBinary: 'base64',
  legacyCloseTimeout: 60_000,
  legacyPollingDuration: 20_000,
} as const satisfies LegacyOptions);

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
  const {
    legacyBinary = legacyDefaults.legacyBinary,
    legacyCloseTimeout = legacyDefaults.legacyCloseTimeout,
    legacyPollingDuration = legacyDefaults.legacyPollingDuration,
    legacyTransports,
  } = options;
  if (!BINARY.has(legacyBinary))
    throw new OptionError(`option legacyBinary: one of ${[...BINARY].join(', ')} is expected`);
  if (!(legacyPollingDuration > 0 && legacyPollingDuration < legacyCloseTimeout)) {
    throw new OptionError(
      'option legacyPollingDuration: above 0 and below legacyCloseTimeout is expected',
      'SIO_OPTION_CONFLICT',
    );
  }
  if (legacyTransports !== undefined && !Array.isArray(legacyTransports)) throw noTransports();
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

function noTransports(): OptionError {
  return new OptionError(`option legacyTransports: some of ${[...LEGACY_TRANSPORTS.keys()].join(', ')} are expected`);
}

/** Whether the server as a whole has the kind of transport. @throws OptionError for an unknown name. */
function isOfKind(name: string, kinds: readonly string[]): boolean {
  const transport = LEGACY_TRANSPORTS.get(name);
  if (transport === undefined) throw noTransports();
  return kinds.includes(transport.kind === 'socket' ? 'websocket' : 'polling');
}
