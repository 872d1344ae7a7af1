import type { IncomingMessage } from 'node:http';
import type { CorsOptions, CorsOptionsDelegate } from 'cors';
import { containRejection } from '../internal/lazy-emitter.js';

type Cors = CorsOptions | CorsOptionsDelegate<IncomingMessage>;

/**
 * The package `cors` leaves alone what the functions in its options return: one that is asynchronous and fails would end the
 * process, and its request would never be answered.
 * @param report takes what they reject with
 */
export function containedCors(options: Cors, report: (error: unknown) => void): Cors {
  if (typeof options === 'function') {
    return (req, done) => containRejection(options(req, done) as unknown, refusing(done, report));
  }
  const { origin } = options;
  if (typeof origin !== 'function') return options;
  const ask: typeof origin = (name, done) =>
    containRejection(origin(name, done) as unknown, refusing(done as (error: Error | null) => void, report));
  return { ...options, origin: ask };
}

function refusing(done: (error: Error | null) => void, report: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    report(error);
    done(new Error('the origin could not be judged'));
  };
}
