import { OptionError } from '../../internal/option-error.js';
import { MemoryAdapter } from '../../namespace/hub/memory-adapter.js';
import type { RecoveryPolicy } from '../../namespace/recovery/recovery.js';
import { RecoveryAdapter } from '../../namespace/recovery/recovery-adapter.js';
import type { AdapterFactory } from '../../namespace/server-context.js';
import { defaults, recoveryDefaults, type ServerOptions } from './options.js';

/** @throws OptionError for values that cannot be meant. */
export function recoveryPolicy({ connectionStateRecovery: given }: ServerOptions): RecoveryPolicy | undefined {
  if (!given) return undefined;
  const {
    maxDisconnectionDuration = recoveryDefaults.maxDisconnectionDuration,
    skipMiddlewares = recoveryDefaults.skipMiddlewares,
    maxPackets = recoveryDefaults.maxPackets,
    offeredTo,
  } = given === true ? {} : given;
  for (const [name, value] of Object.entries({ maxDisconnectionDuration, maxPackets })) {
    if (!(typeof value === 'number' && value > 0))
      throw new OptionError(`option connectionStateRecovery.${name}: a number above 0 is expected`);
  }
  if (offeredTo !== undefined && typeof offeredTo !== 'function') {
    throw new OptionError('option connectionStateRecovery.offeredTo: a function is expected');
  }
  return { maxDisconnectionDuration, skipMiddlewares, maxPackets, offeredTo };
}

/** Rooms in memory, and where clients may come back, what that takes. */
export function defaultAdapter(policy: RecoveryPolicy | undefined, options: ServerOptions): AdapterFactory {
  if (policy === undefined) return MemoryAdapter;
  const { pingInterval = defaults.pingInterval, pingTimeout = defaults.pingTimeout } = options;
  const { maxDisconnectionDuration, maxPackets } = policy;
  return (hub) =>
    new RecoveryAdapter(hub, { maxDisconnectionDuration, undetected: pingInterval + pingTimeout, maxPackets });
}
