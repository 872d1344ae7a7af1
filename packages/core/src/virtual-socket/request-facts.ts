import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** What is worth knowing of the request that made a connection. */
export interface RequestFacts {
  readonly headers: IncomingHttpHeaders;
  /** Target, as the client sent it. */
  readonly url: string;
  /** TLS. */
  readonly secure: boolean;
}

export const NO_FACTS: RequestFacts = Object.freeze({ headers: Object.freeze({}), url: '', secure: false });

/** Of a session that came without a request: WebTransport is always encrypted. */
export const SESSION_FACTS: RequestFacts = Object.freeze({ headers: Object.freeze({}), url: '', secure: true });

export function factsOf(request: IncomingMessage | null): RequestFacts {
  if (request === null) return NO_FACTS;
  const { headers, url = '', socket } = request;
  return { headers, url, secure: 'encrypted' in socket };
}
