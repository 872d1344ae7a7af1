import type { IncomingMessage, ServerResponse } from 'node:http';

/** A Connect-style middleware in front of the protocol (`io.engine.use`). */
export type EngineMiddleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => unknown;

/**
 * Runs middlewares in order.
 * @returns true when all let the request pass, false when one has answered it.
 * @throws what a middleware threw or passed on.
 */
export function runMiddlewares(
  middlewares: readonly EngineMiddleware[],
  req: IncomingMessage,
  res: ServerResponse,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const run = (index: number): void => {
      const middleware = middlewares[index];
      if (middleware === undefined) return resolve(true);
      try {
        const result = middleware(req, res, (error) => (error ? reject(error) : run(index + 1)));
        if (result instanceof Promise) result.catch(reject);
      } catch (error) {
        reject(error);
      }
    };
    res.once('close', () => resolve(false));
    res.once('finish', () => resolve(false));
    run(0);
  });
}
