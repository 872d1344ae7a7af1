import { OptionError } from '../../internal/option-error.js';
import { shown } from '../../internal/shown.js';
import type { RecoveryPolicy } from '../../namespace/contracts.js';
import { MemoryAdapter } from '../../namespace/hub/memory-adapter.js';
import type { AdapterFactory } from '../../namespace/hub/typed-hub.js';
import { DisconnectedSessions } from '../../namespace/recovery/disconnected-sessions.js';
import { LogBudget } from '../../namespace/recovery/log-budget.js';
import { RecoveryAdapter } from '../../namespace/recovery/recovery-adapter.js';
import { recoveryDefaults } from './nested.js';
import type { Settings } from './options.js';

const NUMBERS = ['maxDisconnectionDuration', 'maxPackets', 'maxPacketBytes', 'maxSessions', 'maxSessionBytes'] as const;

/** @throws OptionError for invalid values. */
export function recoveryPolicy({ connectionStateRecovery: given }: Settings): RecoveryPolicy | undefined {
  if (!given) return undefined;
  const options = given === true ? {} : given;
  const numbers = {} as Record<(typeof NUMBERS)[number], number>;
  for (const name of NUMBERS) {
    const value = options[name] ?? recoveryDefaults[name];
    if (!(typeof value === 'number' && value > 0))
      throw new OptionError(`option connectionStateRecovery.${name} must be a number above 0, not ${shown(value)}`);
    numbers[name] = value;
  }
  const { skipMiddlewares = recoveryDefaults.skipMiddlewares, offeredTo } = options;
  if (offeredTo !== undefined && typeof offeredTo !== 'function') {
    throw new OptionError(`option connectionStateRecovery.offeredTo must be a function, not ${shown(offeredTo)}`);
  }
  return { ...numbers, skipMiddlewares, offeredTo };
}

/** Rooms in memory, and where clients may come back, what that takes. */
export function defaultAdapter(
  policy: RecoveryPolicy | undefined,
  { pingInterval, pingTimeout }: Settings,
): AdapterFactory {
  if (policy === undefined) return MemoryAdapter;
  const { maxDisconnectionDuration, maxPackets, maxPacketBytes, maxSessions, maxSessionBytes } = policy;
  const settings = {
    maxDisconnectionDuration,
    undetected: pingInterval + pingTimeout,
    maxPackets,
    budget: new LogBudget(maxPacketBytes),
    sessions: new DisconnectedSessions(maxSessions, maxSessionBytes),
  };
  return (hub) => new RecoveryAdapter(hub, settings);
}
