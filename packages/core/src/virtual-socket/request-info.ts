import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** What is worth knowing of the request that made a connection. */
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
