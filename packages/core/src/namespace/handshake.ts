import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ParsedUrlQuery } from 'node:querystring';
import { parse } from 'node:querystring';

/** What is known of a client from its first request and its connect packet. */
export interface Handshake {
  headers: IncomingHttpHeaders;
  /** When the connection was made, as text. */
  time: string;
  /** IP address of the peer. */
  address: string;
  /** The request named an `Origin`. */
  xdomain: boolean;
  /** TLS. */
  secure: boolean;
  /** When the connection was made (ms since the epoch). */
  issued: number;
  url: string;
  query: ParsedUrlQuery;
  /** What the client sent to identify itself; `{}` when nothing. */
  auth: Record<string, unknown>;
}

/** What a handshake is made of. */
export interface HandshakeSource {
  readonly request: IncomingMessage | null;
  readonly openedAt: number;
  readonly remoteAddress: string;
}

/** @param auth the data of the connect packet. */
export function makeHandshake(source: HandshakeSource, auth: unknown): Handshake {
  const { request, openedAt, remoteAddress } = source;
  const url = request?.url ?? '';
  const question = url.indexOf('?');
  return {
    headers: request?.headers ?? {},
    time: `${new Date(openedAt)}`,
    address: remoteAddress,
    xdomain: request?.headers.origin !== undefined,
    secure: request === null || 'encrypted' in request.socket,
    issued: openedAt,
    url,
    query: question === -1 ? {} : parse(url.slice(question + 1)),
    auth: (auth ?? {}) as Record<string, unknown>,
  };
}
