import { LimitExceeded } from '../../internal/coded-error.js';

/** A client that is not in yet, or waits for a decision, cannot make the server keep any number of events. */
export function tooManyPending(limit: number): LimitExceeded {
  return new LimitExceeded('too_many_pending_events', `More than ${limit} events wait`);
}
