import { type ParsedUrlQuery, parse } from 'node:querystring';
import { parseJsonpIndex } from '../../codec/engine/jsonp.js';

/** The target of a request below `/socket.io/1`. */
export type LegacyTarget = 'handshake' | SessionTarget;

export interface SessionTarget {
  /** Empty if the client only disconnects. */
  readonly transport: string;
  readonly sid: string;
}

/**
 * Reads the path behind the version: nothing or `/` for a handshake, `/<transport>/<sid>[/]` for a session.
 * @returns undefined when it is neither.
 */
export function readTarget(rest: string): LegacyTarget | undefined {
  if (rest === '' || rest === '/') return 'handshake';
  const [, transport, sid, slash, ...more] = rest.split('/', MAX_SEGMENTS);
  if (transport === undefined || sid === undefined || sid === '' || (slash ?? '') !== '' || more.length > 0) {
    return undefined;
  }
  return { transport, sid: sid.startsWith(STICKY) ? sid.slice(STICKY.length) : sid };
}

/**
 * Stands before the session id in the handshake, so that it is in the path of all requests that follow: sticky balancers,
 * `@socket.io/sticky` and PM2 look for `sid=` and the id anywhere in a request's URL.
 */
export const STICKY = 'sid=';

const MAX_SEGMENTS = 5;
const MAX_PARAMETERS = 100;

export function readQuery(query: string): ParsedUrlQuery {
  return parse(query, '&', '=', { maxKeys: MAX_PARAMETERS });
}

/** The index of a JSONP answer. Clients that send none, or none that may stand in a script, get the first. */
export function jsonpIndex(query: string): number {
  return parseJsonpIndex(readQuery(query).i) ?? 0;
}
