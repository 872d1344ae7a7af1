import type { IncomingMessage } from 'node:http';
import { types } from 'node:util';
import { contain } from '../internal/events/lazy-emitter.js';
import { withQuery } from '../internal/http/request.js';
import type { AllowRequest } from '../virtual-socket/engine-options.js';

/** The answer of an application's `allowRequest`. */
export type Verdict = 'admitted' | Refusal;

export interface Refusal {
  /** It did not refuse, it broke. */
  readonly failed: boolean;
  /** The text that the client may be told. */
  readonly message: string | undefined;
}

/**
 * Asks the application. Whatever it does, but for keeping silent, an answer comes out.
 * @param report takes what it throws
 */
export function askApplication(
  allowRequest: AllowRequest,
  req: IncomingMessage,
  report: (error: unknown) => void,
): Promise<Verdict> {
  return new Promise((resolve) => {
    const failed = (error: unknown) => {
      report(error);
      resolve({ failed: true, message: undefined });
    };
    const answer = (error: unknown, success: boolean) => {
      if (success) resolve('admitted');
      else resolve({ failed: types.isNativeError(error), message: typeof error === 'string' ? error : undefined });
    };
    // An asynchronous function that throws would never answer.
    contain(() => allowRequest(withQuery(req), answer), failed);
  });
}
