import { decodeHabit, type Utf8Quirk } from '../../codec/engine/utf8-quirk.js';
import type { EngineQuery } from '../engine/query.js';

/** Remembers how one client encodes text on its current transport (protocol §9). */
export class TextMemory {
  habit: Utf8Quirk;
  /** In a browser, clients up to 1.3 read no polling answer that is not in bytes, if they can read bytes at all. */
  readonly bytesAlone: boolean;
  /** A client since 1.4, which is `plain` on a WebSocket whatever it does in polling bodies. */
  readonly #recent: boolean;

  constructor(query: EngineQuery, doubles: boolean) {
    this.habit = doubles ? 'double' : 'unknown';
    this.#recent = isCompactStamp(query.stamp);
    this.bytesAlone = isEarlyStamp(query.stamp);
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

/** Until 1.3, if a polling request was stamped at all, it was with the time in milliseconds. */
function isCompactStamp(stamp: string | undefined): boolean {
  return stamp !== undefined && /^[\w-]{1,12}(\.\d{1,9})?$/.test(stamp) && !/^\d+$/.test(stamp);
}

/** Milliseconds and a counter, which browsers sent until 1.3. */
function isEarlyStamp(stamp: string | undefined): boolean {
  return stamp !== undefined && /^\d{10,15}-\d+$/.test(stamp);
}
