import type { WarnOfOption } from './option-warnings.js';

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

/** Tells whoever has brought such an option along. */
export function warnOfPointless(options: object, warn: WarnOfOption): void {
  for (const [name, why] of POINTLESS) {
    if (name in options) warn('SIO_OPTION_WITHOUT_EFFECT', `option ${name} has no effect: ${why}`);
  }
}
