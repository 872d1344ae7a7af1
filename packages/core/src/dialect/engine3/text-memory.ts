import { decodeHabit, type Utf8Quirk } from '../../codec/engine/utf8-quirk.js';
import type { EngineQuery } from '../engine/handshake.js';

/** Remembers how one client encodes text on its current transport (protocol §9). */
export class TextMemory {
  habit: Utf8Quirk;
  /**
   * Length (bytes) from which polling answers are in bytes where the client reads them; below it text is text. In a browser, clients up to 1.3 read no
   * text at all, and those from 1.4 to 1.7 overflow their stack on a long one.
   */
  readonly bytesFrom: number;
  /** A client since 1.4, which is `plain` on a WebSocket whatever it does in polling bodies. */
  readonly #recent: boolean;

  constructor(query: EngineQuery, doubles: boolean, userAgent = '') {
    this.habit = doubles ? 'double' : 'unknown';
    this.#recent = isCompactStamp(query.stamp);
    this.bytesFrom = bytesFrom(query.stamp, userAgent);
  }

  /** The text as its client meant it. */
  read(received: string): string {
    const { text, habit } = decodeHabit(received, this.habit);
    this.habit = habit;
    return text;
  }

  /** From polling to a WebSocket: clients 1.1 to 1.7 encode twice on one, but not on the other. */
  upgraded(doubles: boolean): void {
    if (this.habit === 'plain' || this.#recent) this.habit = 'plain';
    else this.habit = doubles ? 'double' : 'unknown';
  }
}

/** Below the number of arguments that any browser takes in one call, which is 65,536 in some. */
const LONG_TEXT = 32_768;

/** `socketIO-client-nexus` for Python stamps its requests like an early client, and reads text only. */
function bytesFrom(stamp: string | undefined, userAgent: string): number {
  if (isEarlyStamp(stamp)) return userAgent.startsWith('python') ? Number.POSITIVE_INFINITY : 0;
  return isShortStamp(stamp) ? LONG_TEXT : Number.POSITIVE_INFINITY;
}

/** Since 1.4 the time in digits of 64 characters, with a counter where two fall together. Other clients write theirs in decimals. */
function isShortStamp(stamp: string | undefined): boolean {
  return stamp !== undefined && /^[\w-]{7}(\.[\w-]+)?$/.test(stamp);
}

/** Until 1.3, if a polling request was stamped at all, it was with the time in milliseconds. */
function isCompactStamp(stamp: string | undefined): boolean {
  return stamp !== undefined && /^[\w-]{1,12}(\.\d{1,9})?$/.test(stamp) && !/^\d+$/.test(stamp);
}

/** Milliseconds and a counter, which browsers sent until 1.3. */
function isEarlyStamp(stamp: string | undefined): boolean {
  return stamp !== undefined && /^\d{10,15}-\d+$/.test(stamp);
}
