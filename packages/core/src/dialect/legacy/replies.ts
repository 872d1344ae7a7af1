import { JSONP_PREFIX, parseJsonpIndex, wrapJsonp, wrapJsonpError } from '../../codec/engine/jsonp.js';
import type { Reply } from '../../transport/exchange.js';
import { readQuery } from './target.js';

/** A cache would give the session of one client to others. */
const PLAIN = Object.freeze({ 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' });
const SCRIPT = Object.freeze({ 'Content-Type': 'application/javascript', 'Cache-Control': 'no-store' });

/** Why a handshake fails, as clients have always been told (protocol §2). */
export type HandshakeFailure =
  | 'handshake bad origin'
  | 'handshake bad host'
  | 'handshake unauthorized'
  | 'handshake error';

export function plain(status: number, body: string): Reply {
  return { status, headers: PLAIN, body };
}

/** The answer to a handshake: session, times in seconds, transports. */
export function handshakeReply(query: string, body: string): Reply {
  const index = jsonpOf(query);
  if (index === undefined) return plain(200, body);
  return { status: 200, headers: SCRIPT, body: wrapJsonp(index, body, JSONP_PREFIX.LEGACY) };
}

/** A script cannot see a status, so that for JSONP all failures are a 200. */
export function failureReply(query: string, failure: HandshakeFailure): Reply {
  const index = jsonpOf(query);
  if (index === undefined) return plain(failure === 'handshake error' ? 500 : 403, failure);
  return { status: 200, headers: SCRIPT, body: wrapJsonpError(index, failure, JSONP_PREFIX.LEGACY) };
}

/** Whether a handshake is answered as JSONP. */
export function asksForScript(query: string): boolean {
  return jsonpOf(query) !== undefined;
}

function jsonpOf(query: string): number | undefined {
  return query.includes('jsonp=') ? parseJsonpIndex(readQuery(query).jsonp) : undefined;
}

/** Milliseconds in seconds: whole ones, since many clients read no others, unless it is less than one. */
export function seconds(milliseconds: number): number {
  return milliseconds < 1000 ? milliseconds / 1000 : Math.ceil(milliseconds / 1000);
}
