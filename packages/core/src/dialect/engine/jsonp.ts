import { CodecError } from '../../codec/codec-error.js';
import { formField, JSONP_PREFIX, parseJsonpIndex, unescapeJsonp3, wrapJsonp } from '../../codec/engine/jsonp.js';
import type { EncodedPayload } from '../../transport/polling/wire.js';
import { parseEngineQuery } from './handshake.js';

/** Loads as a script, and as nothing else. */
const SCRIPT = {
  type: 'text/javascript; charset=UTF-8',
  headers: Object.freeze({ 'X-Content-Type-Options': 'nosniff' }),
} as const;

/** The number of the callback that a client of the JSONP transport waits with; undefined for all others. */
export function jsonpOf(query: string): number | undefined {
  return query.includes('j=') ? parseJsonpIndex(parseEngineQuery(query).jsonp) : undefined;
}

export function jsonpAnswer(index: number, payload: string): EncodedPayload {
  return { body: wrapJsonp(index, payload, JSONP_PREFIX.ENGINE), ...SCRIPT };
}

/** The payload of a body, out of its form if it came over JSONP. @throws CodecError for a form without it. */
export function postedText(body: Buffer | string | object, query: string): string {
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    const text = body.toString();
    return jsonpOf(query) === undefined ? text : unescapeJsonp3(formField(text));
  }
  const field: unknown = Object.hasOwn(body, 'd') ? (body as { d: unknown }).d : undefined;
  if (typeof field === 'string') return unescapeJsonp3(field);
  throw new CodecError('bad_form', 'The form has no field d');
}
