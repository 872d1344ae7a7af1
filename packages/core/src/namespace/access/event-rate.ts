import { OptionError } from '../../internal/option-error.js';
import { shown } from '../../internal/shown.js';
import { checkRate, type Rate } from '../../internal/token-bucket.js';

/** The rate of one event for each socket, and what the event costs of the rates for all events. */
export interface EventRate extends Partial<Rate> {
  /** Tokens that the event takes from the rates for all events. @default 1 */
  readonly cost?: number;
}

/** @throws OptionError for an invalid rate of an event. */
export function checkEventRate(name: string, rate: EventRate): void {
  const { burst, perSecond, cost = 1 } = rate ?? {};
  if (burst !== undefined || perSecond !== undefined) checkRate(name, rate);
  if (!(typeof cost === 'number' && cost >= 0))
    throw new OptionError(`${name}.cost must be a number of at least 0, not ${shown(cost)}`);
}
