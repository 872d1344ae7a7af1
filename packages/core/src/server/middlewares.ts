import type { IncomingMessage, ServerResponse } from 'node:http';

/** A Connect-style middleware in front of the protocol (`io.engine.use`). */
export type EngineMiddleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => unknown;

/**
 * Runs middlewares in order, then `passed`: from within the last one's `next`, so that it is in the asynchronous context that a
 * middleware may have made for what comes after it.
 * @returns what `passed` returns, undefined when a middleware has answered the request.
 * @throws what a middleware threw or passed on.
 */
export function runMiddlewares<Result>(
  middlewares: readonly EngineMiddleware[],
  req: IncomingMessage,
  res: ServerResponse,
  passed: () => Result | Promise<Result>,
): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const run = (index: number): void => {
      const middleware = middlewares[index];
      if (middleware === undefined) return resolve(passed());
      try {
        const result = middleware(req, res, (error) => (error ? reject(error) : run(index + 1)));
        if (result instanceof Promise) result.catch(reject);
      } catch (error) {
        reject(error);
      }
    };
    res.once('close', () => resolve(undefined));
    res.once('finish', () => resolve(undefined));
    run(0);
  });
}
