import type { IncomingHttpHeaders } from 'node:http';
import type { ParsedUrlQuery } from 'node:querystring';
import { queryOf } from '../../internal/http/request.js';
import type { RequestFacts } from '../../virtual-socket/request-info.js';

/** Data of a client's first request and of its connect packet, as `socket.handshake`. */
export interface Handshake {
  /** The headers of the first request. */
  headers: IncomingHttpHeaders;
  /** When the connection was made, as the text of a `Date`. */
  time: string;
  /** IP address of the client. Behind a proxy it follows the framework's proxy trust setting. */
  address: string;
  /** Whether the first request had an `Origin` header. */
  xdomain: boolean;
  /** Whether the client uses TLS, as the framework sees it: it may trust a proxy that says so. */
  secure: boolean;
  /** When the connection was made (ms since the epoch). */
  issued: number;
  /** The URL of the first request, with its query. */
  url: string;
  /** The query of the first request. If a parameter is repeated, its last value counts. */
  query: ParsedUrlQuery;
  /** The credentials that the client sent in its connect packet; `{}` without any. */
  // biome-ignore lint/suspicious/noExplicitAny: as in socket.io, whose applications read it untyped.
  auth: Record<string, any>;
}

/** The source of a handshake. */
export interface HandshakeSource {
  readonly requestFacts: RequestFacts;
  readonly openedAt: number;
  readonly remoteAddress: string;
  readonly secure: boolean;
}

/** @param auth the data of the connect packet. */
export function makeHandshake(source: HandshakeSource, auth: unknown): Handshake {
  const { requestFacts, openedAt, remoteAddress, secure } = source;
  const { headers, url } = requestFacts;
  return {
    headers,
    time: `${new Date(openedAt)}`,
    address: remoteAddress,
    xdomain: headers.origin !== undefined,
    secure,
    issued: openedAt,
    url,
    query: queryOf(url),
    auth: (auth ?? {}) as Handshake['auth'],
  };
}
