import type { IncomingMessage, ServerResponse } from 'node:http';
import { contain } from '../internal/lazy-emitter.js';

/** A Connect-style middleware in front of the protocol (`io.engine.use`). */
export type EngineMiddleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => unknown;

/**
 * Runs middlewares in order, then `passed`: from within the last one's `next`, so that it is in the asynchronous context that a
 * middleware may have made for what comes after it.
 * @param report takes what a middleware throws, be it after it has called `next`
 * @returns what `passed` returns, undefined when a middleware has answered the request.
 * @throws what a middleware threw or passed on.
 */
export function runMiddlewares<Result>(
  middlewares: readonly EngineMiddleware[],
  req: IncomingMessage,
  res: ServerResponse,
  passed: () => Result | Promise<Result>,
  report: (error: unknown) => void,
): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      report(error);
      reject(error);
    };
    let over = false;
    const end = () => {
      over = true;
      resolve(undefined);
    };
    const pass = () => {
      // Answered, or refused because this took too long, or nobody waits any more.
      if (over) return;
      // What it throws is no failure of the middleware that has called `next`.
      try {
        resolve(passed());
      } catch (error) {
        reject(error);
      }
    };
    const run = (index: number): void => {
      const middleware = middlewares[index];
      if (middleware === undefined) return pass();
      let called = false;
      const next = (error?: unknown) => {
        if (called) return;
        called = true;
        if (error) reject(error);
        else run(index + 1);
      };
      contain(() => middleware(req, res, next), fail);
    };
    res.once('close', end);
    res.once('finish', end);
    run(0);
  });
}
