/**
 * How an Engine.IO 3 client encodes text beyond ASCII, which its `EIO=3` does not say.
 *
 * - `unknown`: it has sent nothing but ASCII yet.
 * - `plain`: as it should (2.x).
 * - `double`: in UTF-8 twice (1.0 on every text transport, 1.1 to 1.7 in polling bodies of text).
 */
export type Utf8Quirk = 'unknown' | 'plain' | 'double';

/** A text as the client meant it, and what is now known about the client. */
export interface HabitualText {
  readonly text: string;
  readonly habit: Utf8Quirk;
}

/** True when the text holds no character above U+007F, so that it tells and needs nothing. */
export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    if (text.charCodeAt(i) > 0x7f) return false;
  }
  return true;
}

/**
 * Undoes the double encoding of a text from an Engine.IO 3 client, if that is its habit, and learns the habit from
 * the first text that tells. A character above U+00FF, or bytes that are no UTF-8, cannot come from a client that
 * encodes twice: the client is `plain` from then on, even if an earlier text made it look otherwise.
 */
export function decodeHabit(text: string, habit: Utf8Quirk): HabitualText {
  if (habit === 'plain' || isAscii(text)) return { text, habit };
  if (!isUtf8InLatin1(text)) return { text, habit: 'plain' };
  return { text: Buffer.from(text, 'latin1').toString('utf8'), habit: 'double' };
}

/** True when every character is a byte and the bytes are UTF-8. */
function isUtf8InLatin1(text: string): boolean {
  for (let at = 0; at < text.length; ) {
    const length = sequenceLength(text.charCodeAt(at), text.charCodeAt(at + 1));
    if (length === 0) return false;
    for (let i = 1; i < length; i += 1) {
      if (!isContinuation(text.charCodeAt(at + i))) return false;
    }
    at += length;
  }
  return true;
}

/**
 * Length of the UTF-8 sequence that begins with the byte `lead`; 0 if none does. Surrogates are let through:
 * the encoder of those clients wrote them one by one.
 */
function sequenceLength(lead: number, second: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return lead === 0xe0 && second < 0xa0 ? 0 : 3;
  if (lead >= 0xf0 && lead <= 0xf4) return isFourByteStart(lead, second) ? 4 : 0;
  return 0;
}

function isFourByteStart(lead: number, second: number): boolean {
  if (lead === 0xf0) return second >= 0x90;
  return lead !== 0xf4 || second <= 0x8f;
}

function isContinuation(code: number): boolean {
  return code >= 0x80 && code <= 0xbf;
}
