import { unescape as unescapeQuery } from 'node:querystring';
import { CodecError, excerpt } from '../codec-error.js';

/** The function that an answer calls, by protocol: `prefix[index]("…");` */
export const JSONP_PREFIX = Object.freeze({
  /** Engine.IO 3. */
  ENGINE: '___eio',
  /** Socket.IO 0.9. */
  LEGACY: 'io.j',
} as const);

const MAX_INDEX_DIGITS = 9;

/**
 * The number of a JSONP callback (`j=`, `i=`, `jsonp=`), or undefined unless it is plain digits. It ends up in
 * script, so nothing else may pass.
 */
export function parseJsonpIndex(value: unknown): number | undefined {
  if (typeof value !== 'string' || value.length > MAX_INDEX_DIGITS) return undefined;
  return /^\d+$/.test(value) ? Number(value) : undefined;
}

/** A script that hands `payload` to the client's callback number `index`. */
export function wrapJsonp(index: number, payload: string, prefix: string): string {
  return `${prefix}[${index}](${scriptString(payload)});`;
}

/** A script that raises `message` in the client's callback number `index` (0.9 handshakes). */
export function wrapJsonpError(index: number, message: string, prefix: string): string {
  return `${prefix}[${index}](new Error(${scriptString(message)}));`;
}

/** A JavaScript string literal that every script engine reads, and that does not end or hide a script element. */
function scriptString(text: string): string {
  return scriptLiteral(text).replaceAll('</', '<\\/');
}

/** A string literal for scripts in which the caller takes care of slashes. */
export function scriptLiteral(text: string): string {
  const literal = JSON.stringify(text);
  return NEEDS_ESCAPE.test(literal) ? literal.replace(EACH_TO_ESCAPE, escapeInScript) : literal;
}

// Line separators end a string literal in old engines; `<!--` changes how HTML reads the rest of a script.
const NEEDS_ESCAPE = /[\u2028\u2029]|<!/;
const EACH_TO_ESCAPE = /[\u2028\u2029]|<(?=!)/g;

function escapeInScript(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * The field `d` of a form-urlencoded body.
 * @throws {CodecError} `bad_form` when there is none
 */
export function formField(body: string): string {
  const field = body.startsWith('d=') ? 0 : body.indexOf('&d=') + 1;
  if (field === 0 && !body.startsWith('d=')) throw new CodecError('bad_form', `No field d in ${excerpt(body)}`);
  const end = body.indexOf('&', field);
  const value = body.slice(field + 2, end === -1 ? body.length : end);
  // Unlike decodeURIComponent() this takes malformed escapes as they are.
  return unescapeQuery(value.replaceAll('+', ' '));
}

/**
 * Undoes what the JSONP transport of Engine.IO 3 does to newlines, since forms change them: `\n` written with a
 * backslash is a newline, with two backslashes it is a backslash and an n.
 */
export function unescapeJsonp3(value: string): string {
  return value.includes('\\n') ? value.replace(/\\?\\n/g, newlineOrEscape) : value;
}

function newlineOrEscape(match: string): string {
  return match.length === 2 ? '\n' : '\\n';
}

/**
 * The payload in a form field of Socket.IO 0.9, which is a JSON string literal.
 * @throws {CodecError} `bad_form`
 */
export function parseJsonpLiteral(value: string): string {
  let payload: unknown;
  try {
    payload = JSON.parse(value);
  } catch (error) {
    throw new CodecError('bad_form', `Not a JSON string: ${excerpt(value)}`, { cause: error });
  }
  if (typeof payload === 'string') return payload;
  throw new CodecError('bad_form', `Not a JSON string: ${excerpt(value)}`);
}
