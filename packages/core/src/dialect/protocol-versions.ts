import { OptionError } from '../internal/option-error.js';
import { shown } from '../internal/shown.js';
import type { ProtocolVersion } from '../virtual-socket/dialect.js';

/** All protocol versions, the newest first. */
export const PROTOCOL_VERSIONS: readonly ProtocolVersion[] = Object.freeze(['eio4', 'eio3', '0.9'] as const);

/**
 * The protocol versions to serve.
 * @param allowEio3 socket.io's own switch; false takes that one out.
 * @throws OptionError for an unknown name, and when no version is left.
 */
export function enabledGenerations(wanted: readonly ProtocolVersion[], allowEio3: boolean): readonly ProtocolVersion[] {
  const wrong = Array.isArray(wanted) ? wanted.filter((name) => !PROTOCOL_VERSIONS.includes(name)) : [wanted];
  if (wrong.length > 0) {
    throw new OptionError(
      `option generations must be a list of ${PROTOCOL_VERSIONS.join(', ')}, not ${shown(wrong[0])}`,
    );
  }
  const enabled = wanted.filter((name) => allowEio3 || name !== 'eio3');
  if (enabled.length === 0)
    throw new OptionError('option generations: no client is left that could connect', 'SIO_OPTION_CONFLICT');
  return enabled;
}

/** Whether no client is served that speaks Engine.IO. */
export function onlyOldest(enabled: readonly ProtocolVersion[]): boolean {
  return enabled.every((name) => name === '0.9');
}
