import { LimitExceeded } from '../../internal/limit-exceeded.js';

/** Whoever is not in yet, or waits for a decision, cannot make us keep any number of events. */
export function tooManyPending(limit: number): LimitExceeded {
  return new LimitExceeded('too_many_pending_events', `More than ${limit} events wait`);
}
