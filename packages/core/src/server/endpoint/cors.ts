import type { IncomingMessage } from 'node:http';
import cors, { type CorsOptions, type CorsOptionsDelegate } from 'cors';
import { containRejection } from '../../internal/events/lazy-emitter.js';
import type { Settings } from '../options/options.js';
import type { EngineMiddleware } from './middlewares.js';
import { corsOfAllowed, type OriginCheck } from './origin.js';

type Cors = CorsOptions | CorsOptionsDelegate<IncomingMessage>;

/** The middleware that the options ask for, if any. */
export function corsMiddleware(
  settings: Settings,
  mayConnect: OriginCheck,
  report: (error: unknown) => void,
): EngineMiddleware | undefined {
  if (settings.cors === false) return undefined;
  if (settings.cors !== undefined) {
    return unlessSet(cors(settings.cors === true ? {} : containedCors(settings.cors, report)));
  }
  return settings.allowedOrigins === undefined ? undefined : unlessSet(cors(corsOfAllowed(mayConnect)));
}

/** Where the app has set CORS headers already, ours would contradict them. */
function unlessSet(middleware: EngineMiddleware): EngineMiddleware {
  return (req, res, next) => {
    if (res.hasHeader('access-control-allow-origin')) next();
    else middleware(req, res, next);
  };
}

/**
 * The package `cors` leaves alone what the functions in its options return: one that is asynchronous and fails would end the
 * process, and its request would never be answered.
 * @param report takes what they reject with
 */
function containedCors(options: Cors, report: (error: unknown) => void): Cors {
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
    done(new Error('a function of the option cors failed'));
  };
}
