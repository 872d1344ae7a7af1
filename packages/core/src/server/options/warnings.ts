import { type Logger, log } from '../../namespace/events/reporter.js';

/** The code of a warning about a mistake that is not refused. */
export type WarningCode =
  | 'SIO_OPTION_MISSPELT'
  | 'SIO_OPTION_WITHOUT_EFFECT'
  | 'SIO_OPTION_TRANSPORT_UNKNOWN'
  | 'SIO_NAMESPACE_UNSERVED'
  | 'SIO_MOUNT_UNREACHED'
  | 'SIO_MOUNT_TWICE';

/** Tells the developer of a mistake that is not refused, such as an option that does nothing. */
export type Warn = (code: WarningCode, message: string) => void;

const told = new Set<string>();

/**
 * A logger of the application's is told each time. Without one Node warns, once for each mistake: the developer at the terminal would
 * see nothing else.
 */
export function warningsTo(logger: Logger | undefined): Warn {
  if (logger) return (_code, message) => log(logger, 'warn', message);
  return (code, message) => {
    if (told.has(message)) return;
    told.add(message);
    process.emitWarning(message, { type: 'SioWarning', code });
  };
}

const UWS = 'it is meant for uWebSockets.js';
const ORIGINS = 'origins are let in by cors or allowedOrigins';
const UPGRADE = 'an unclaimed upgrade is answered at once';

/** Options of socket.io that have nothing to act on here, and why. */
const POINTLESS: readonly (readonly [name: string, why: string])[] = [
  ['destroyUpgrade', UPGRADE],
  ['destroyUpgradeTimeout', UPGRADE],
  ['origins', ORIGINS],
  ['handlePreflightRequest', ORIGINS],
  ['compression', UWS],
  ['idleTimeout', UWS],
  ['maxBackpressure', UWS],
];

/** Warns of options of socket.io that have no effect here. */
export function warnOfPointless(options: object, warn: Warn): void {
  for (const [name, why] of POINTLESS) {
    if (name in options) warn('SIO_OPTION_WITHOUT_EFFECT', `option ${name} has no effect: ${why}`);
  }
}

/** So few changes make one name another, unless capitals and separators alone do. */
const FEW = 2;
/** Of short names too many are alike. */
const SHORT = 5;

/**
 * Warns of options that look like one of ours. Others are ignored, as by socket.io.
 * @param known the options that exist, by name.
 */
export function warnOfMisspelt(options: object, known: object, warn: Warn): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const meant = Object.keys(known).find((each) => looksLike(name, each));
    if (meant !== undefined) warn('SIO_OPTION_MISSPELT', `option ${name} is unknown: is ${meant} meant?`);
  }
}

function looksLike(name: string, known: string): boolean {
  const plain = name.replace(/[^a-z\d]/gi, '').toLowerCase();
  if (plain === known.toLowerCase()) return true;
  if (Math.min(name.length, known.length) < SHORT || Math.abs(name.length - known.length) > FEW) return false;
  return changes(plain, known.toLowerCase()) <= FEW;
}

/** How many characters have to be put in, taken out or replaced (Levenshtein's distance). */
function changes(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = (row[j] as number) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
