import { legacySettings } from '../../dialect/legacy/options.js';
import { enabledGenerations, onlyOldest } from '../../dialect/protocol-versions.js';
import { OptionError } from '../../internal/option-error.js';
import { engineOptions, withoutUndefined } from './engine-options.js';
import { limitDefaults } from './limit-options.js';
import type { WarnOfOption } from './option-warnings.js';
import { defaults, type ServerOptions } from './options.js';

/** What timers take. */
const MAX_DURATION = 2 ** 31 - 1;

const DURATIONS = [
  'attachmentTimeout',
  'connectTimeout',
  'handshakeTimeout',
  'legacyCloseTimeout',
  'legacyPollingDuration',
  'pingGrace',
  'pingInterval',
  'pingTimeout',
  'upgradeTimeout',
] as const;

const NUMBERS: readonly string[] = [...DURATIONS, ...Object.keys(limitDefaults)];

const FUNCTIONS = ['adapter', 'allowRequest', 'errorHandler', 'sessionId', 'wsEngine'] as const;

const OBJECTS = [
  'auth',
  'cookie',
  'cors',
  'drain',
  'flashPolicy',
  'guards',
  'legacyTransports',
  'perMessageDeflate',
] as const;

const TRANSPORTS: readonly string[] = ['polling', 'websocket', 'webtransport'];

/**
 * The options as they are meant: numbers that came as text are numbers, and transports that do not exist are left out.
 * @param warn is told of those.
 * @throws OptionError for what cannot be meant.
 */
export function checkedOptions(given: ServerOptions, warn: WarnOfOption): ServerOptions {
  const options = withNumbers(withoutNothing(given));
  checkDurations(options);
  checkFunctions(options);
  if (options.path !== undefined) checkPath(options.path);
  if (options.transports !== undefined) options.transports = knownTransports(options.transports, warn);
  const { generations, allowEIO3, path, transports } = { ...defaults, ...withoutUndefined(options) };
  const enabled = enabledGenerations(generations, allowEIO3);
  const { sessionCookie } = engineOptions(options);
  if (sessionCookie !== undefined) checkCookie(sessionCookie);
  const flash = options.flashPolicy !== undefined && options.flashPolicy !== false;
  const legacy = legacySettings(withoutUndefined(options), { path, kinds: transports, flash, warn: () => {} });
  if (legacy.transports.size === 0 && (options.legacyTransports !== undefined || onlyOldest(enabled))) {
    throw new OptionError('option legacyTransports: the option transports leaves none of them', 'SIO_OPTION_CONFLICT');
  }
  return options;
}

/** What socket.io takes for absent where functions, objects and lists are due. */
function withoutNothing(given: ServerOptions): ServerOptions {
  const options: Record<string, unknown> = { ...given };
  for (const name of FUNCTIONS) if (!options[name]) delete options[name];
  for (const name of OBJECTS) if (options[name] === null) delete options[name];
  return options;
}

/** Out of the environment numbers come as texts. */
function withNumbers(given: ServerOptions): ServerOptions {
  const options: Record<string, unknown> = { ...given };
  for (const name of NUMBERS) {
    const value = options[name];
    if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) options[name] = Number(value);
  }
  return options as ServerOptions;
}

function checkDurations(options: ServerOptions): void {
  const { handshakeTimeout, legacyCloseTimeout, legacyPollingDuration, connectTimeout, pingGrace } = options;
  for (const [name, value] of Object.entries({ connectTimeout, pingGrace })) {
    // For these 0 means something: the default, and none.
    if (!isUnset(value) && !(typeof value === 'number' && value >= 0)) {
      throw new OptionError(`option ${name}: a number, at least 0, is expected, not ${String(value)}`);
    }
  }
  for (const [name, value] of Object.entries({ handshakeTimeout, legacyCloseTimeout, legacyPollingDuration })) {
    if (value !== undefined && !(typeof value === 'number' && value > 0)) {
      throw new OptionError(`option ${name}: a number above 0 is expected, not ${String(value)}`);
    }
  }
  for (const name of DURATIONS) {
    const value: unknown = options[name];
    if (typeof value === 'number' && value > MAX_DURATION) {
      throw new OptionError(`option ${name}: timers take at most ${MAX_DURATION} ms`);
    }
  }
}

function isUnset(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function checkFunctions(options: ServerOptions): void {
  for (const name of FUNCTIONS) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'function')
      throw new OptionError(`option ${name}: a function is expected`);
  }
}

/** @throws OptionError for what no request can ask for. */
export function checkPath(path: unknown): void {
  if (typeof path !== 'string' || !/^(?:\/[^?#\s]*)?$/.test(path)) {
    throw new OptionError(`option path: a path that begins with a slash is expected, not ${String(path)}`);
  }
}

function knownTransports(given: unknown, warn: WarnOfOption): NonNullable<ServerOptions['transports']> {
  const names: readonly unknown[] = Array.isArray(given) ? given : [given];
  const known = names.filter((name) => TRANSPORTS.includes(name as string));
  if (known.length === 0) throw new OptionError(`option transports: a list of ${TRANSPORTS.join(', ')} is expected`);
  for (const name of names) {
    if (known.includes(name)) continue;
    warn('SIO_OPTION_TRANSPORT_UNKNOWN', `option transports: there is no transport ${String(name)}`);
  }
  return known as NonNullable<ServerOptions['transports']>;
}

function checkCookie(sessionCookie: (sid: string) => string): void {
  try {
    sessionCookie('sid');
  } catch (error) {
    throw new OptionError(`option cookie: ${(error as Error).message}`);
  }
}
