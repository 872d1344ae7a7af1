import { legacySettings } from '../../dialect/legacy/options.js';
import { enabledGenerations, onlyOldest } from '../../dialect/protocol-versions.js';
import { OptionError } from '../../internal/option-error.js';
import { cookieHeader } from './engine-options.js';
import { allOptions, type ServerOptions, type Settings, settingsOf } from './options.js';
import type { Warn } from './warnings.js';

/**
 * The given options as they are meant: numbers that came as text are numbers, and what stands for a default is left out.
 * @param warn is told of transports that do not exist.
 * @throws OptionError for invalid values and for options that contradict each other.
 */
export function readOptions(given: ServerOptions, warn: Warn): ServerOptions {
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const row = Object.hasOwn(allOptions, name) ? allOptions[name] : undefined;
    const read = row === undefined || value === undefined ? value : row.read(value, name, warn);
    if (read !== undefined) options[name] = read;
  }
  checkTogether(settingsOf(options));
  return options;
}

/** @throws OptionError for options that contradict each other. */
function checkTogether(settings: Settings): void {
  const enabled = enabledGenerations(settings.generations, settings.allowEIO3);
  checkCookie(settings);
  const { path, transports, flashPolicy, legacyTransports } = settings;
  const legacy = legacySettings(settings, { path, kinds: transports, flash: flashPolicy !== false, warn: () => {} });
  if (legacy.transports.size === 0 && (legacyTransports !== undefined || onlyOldest(enabled))) {
    throw new OptionError('option legacyTransports: the option transports leaves none of them', 'SIO_OPTION_CONFLICT');
  }
}

function checkCookie({ cookie }: Settings): void {
  try {
    cookieHeader(cookie)?.('sid');
  } catch (error) {
    throw new OptionError(`option cookie: ${(error as Error).message}`);
  }
}
