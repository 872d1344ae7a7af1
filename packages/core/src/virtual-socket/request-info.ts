import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Exchange } from '../transport/exchange.js';

/** The first request of a connection. */
export type Origin = Pick<Exchange, 'req' | 'context' | 'peer'>;

/** The part of a connection's first request that outlives it. */
export interface RequestFacts {
  readonly headers: IncomingHttpHeaders;
  /** Target, as the client sent it. */
  readonly url: string;
}

export const NO_FACTS: RequestFacts = Object.freeze({ headers: Object.freeze({}), url: '' });

export function factsOf(request: IncomingMessage | null): RequestFacts {
  if (request === null) return NO_FACTS;
  const { headers, url = '' } = request;
  return { headers, url };
}
