import type { Server } from 'node:net';
import { OptionError } from '../../internal/option-error.js';
import { shown } from '../../internal/shown.js';
import { flashPolicy, startPolicyServer } from '../../transport/streams/flash-policy.js';

/** How Flash clients get their policy file. */
export interface FlashPolicyOptions {
  /** A port for the policy file alone, beside the HTTP port; Flash clients ask at 843 and 10843. @unit port @default none */
  port?: number;
  /** The sites that may open a socket, and the ports: `host:port` each, either may be `*`. @default ['*:*'] */
  origins?: readonly string[];
}

/** The policy file, and the server that has nothing else to say. */
export interface FlashPolicy {
  readonly file: string;
  readonly server: Server | undefined;
}

/** The defaults of {@link FlashPolicyOptions}. */
export const flashPolicyDefaults = Object.freeze({
  origins: Object.freeze(['*:*']),
} as const satisfies FlashPolicyOptions);
const MAX_PORT = 65_535;

/** @throws OptionError for invalid options. */
export function flashPolicyOf(
  option: boolean | FlashPolicyOptions | undefined,
  failed: (error: Error) => void,
): FlashPolicy | undefined {
  if (option === undefined || option === false) return undefined;
  const { port, origins = flashPolicyDefaults.origins } = option === true ? {} : option;
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= MAX_PORT)) {
    throw new OptionError(`option flashPolicy.port must be a whole number from 0 to ${MAX_PORT}, not ${shown(port)}`);
  }
  if (!Array.isArray(origins)) {
    throw new OptionError(`option flashPolicy.origins must be a list of host:port, not ${shown(origins)}`);
  }
  const file = flashPolicy(origins);
  return { file, server: port === undefined ? undefined : startPolicyServer(port, file, failed) };
}
