import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { contain } from '../../internal/events/lazy-emitter.js';

/** A Connect-style middleware in front of the protocol (`io.engine.use`). */
export type EngineMiddleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => unknown;

/** Node's own: middlewares replace methods of a response. */
const { once } = EventEmitter.prototype;

/**
 * Runs middlewares in order, then `passed`: from within the last one's `next`, so that it is in the asynchronous context that a
 * middleware may have made for what comes after it.
 * @param report takes what goes wrong in a middleware, also after it has called `next`.
 * @returns what `passed` returns; undefined when a middleware has answered the request, or has begun an answer.
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
      // Answered, or refused because this took too long, or the client is gone.
      if (over) return;
      if (res.destroyed) return end();
      if (hasAnswer(res)) {
        report(new Error('a middleware answered the request, or began to, and called next()'));
        endAnswer(res);
        return end();
      }
      // HTTP/2 has none.
      if (req.httpVersionMajor < 2) repairStatusMessage(res, report);
      // What `passed` throws is no failure of the middleware that has called `next`.
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
    once.call(res, 'close', end);
    once.call(res, 'finish', end);
    run(0);
  });
}

/** Whether an answer to the request has begun: a second head cannot be written. */
export function hasAnswer(res: ServerResponse): boolean {
  return res.headersSent || res.writableEnded;
}

/** Ends an answer that a middleware has begun, which no other code will do: its client sees that it breaks off. */
export function endAnswer(res: ServerResponse): void {
  if (res.writableEnded) return;
  const { socket, stream } = res as ServerResponse & { stream?: { destroy(): void } };
  // Past whatever a middleware has put in place of `res.destroy`.
  (stream ?? socket)?.destroy();
}

/** What Node takes in a reason phrase. */
const STATUS_MESSAGE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** Node would throw as the head is written, at a place where the middleware that is to blame is long forgotten. */
function repairStatusMessage(res: ServerResponse, report: (error: unknown) => void): void {
  const message: unknown = res.statusMessage;
  if (message === undefined || (typeof message === 'string' && STATUS_MESSAGE.test(message))) return;
  report(new TypeError('a middleware set a status message with characters that HTTP does not allow'));
  res.statusMessage = '';
}
