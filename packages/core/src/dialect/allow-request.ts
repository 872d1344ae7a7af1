import type { IncomingMessage } from 'node:http';
import type { AllowRequest } from '../virtual-socket/engine-options.js';

/** What an application's `allowRequest` said. */
export type Verdict = 'admitted' | Refusal;

export interface Refusal {
  /** It did not refuse, it broke. */
  readonly failed: boolean;
  /** What the client may be told. */
  readonly message: string | undefined;
}

/** Asks the application. Whatever it does, an answer comes out. */
export function askApplication(allowRequest: AllowRequest, req: IncomingMessage): Promise<Verdict> {
  return new Promise((resolve) => {
    const failed = () => resolve({ failed: true, message: undefined });
    try {
      const result: unknown = allowRequest(req, (error: unknown, success) => {
        if (success) resolve('admitted');
        else resolve({ failed: error instanceof Error, message: typeof error === 'string' ? error : undefined });
      });
      // An asynchronous function that throws would never answer.
      if (result instanceof Promise) result.catch(failed);
    } catch {
      failed();
    }
  });
}
