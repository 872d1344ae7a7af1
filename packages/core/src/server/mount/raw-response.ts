import type { ServerResponse } from 'node:http';

/** The methods that middlewares replace on a response object to hear of, change or hold back what is written. */
const WRAPPED = ['writeHead', 'write', 'end', 'flushHeaders', 'on', 'addListener', 'once'] as const;

/**
 * Takes every middleware's hands off a response, so that Node alone answers: a session middleware neither saves what it read
 * when a long poll began, nor renews the cookie of a session that has ended since. Headers already set stay, and so do
 * `finish` and `close`, which loggers wait for.
 */
export function unwrapResponse(res: ServerResponse): void {
  for (const name of WRAPPED) if (Object.hasOwn(res, name)) delete (res as Partial<ServerResponse>)[name];
}
