import type { Random } from './random.js';
import type { Fodder } from './target.js';

/** Pieces that mean something in one format or another. */
const PIECES: readonly string[] = [
  ...'0123456789-+:,/[]{}"\\b=&%?;. \n\t\0\x1e\ufffd\u2028é€\ud800\udc00\xff\x7f\x80',
  ...['-1', '1e9', '99999999', '9007199254740993', '18446744073709551616', '0x10', 'null', 'true', 'NaN', '[]', '{}'],
  ...['_placeholder', '"_placeholder":true', '"num":0', '"num":"splice"', '__proto__', 'constructor', 'toString'],
  ...['error', 'connect', 'disconnect', 'newListener', '\\u0000', '\\ud83d', '%00', '%ff', '%u0041', '../', 'Ã©', '😀'],
];
const LATIN1_PIECES = PIECES.filter((piece) => !/[^\0-\xff]/.test(piece));

const MAX_EDITS = 4;
const MAX_REMOVED = 6;
const MAX_COPIED = 24;
/** Longer inputs of most targets find little more and cost much. */
const MAX_LENGTH = 600;

/** Changes inputs of a target. */
export class Mutator {
  readonly #bytes: boolean;
  readonly #pieces: readonly string[];
  readonly #maxLength: number;
  readonly #random: Random;

  constructor({ bytes, pieces = [], maxLength = MAX_LENGTH }: Fodder, random: Random) {
    this.#bytes = bytes;
    this.#pieces = [...(bytes ? LATIN1_PIECES : PIECES), ...pieces];
    this.#maxLength = maxLength;
    this.#random = random;
  }

  /** Changes an input a little: removes, inserts, repeats, swaps, and crosses it with another. */
  mutate(input: string, other: string): string {
    let text = input;
    for (let edits = 1 + this.#random.below(MAX_EDITS); edits > 0; edits--) text = this.#edit(text, other);
    return text.length > this.#maxLength ? text.slice(0, this.#maxLength) : text;
  }

  #edit(text: string, other: string): string {
    const random = this.#random;
    const bytes = this.#bytes;
    const at = random.below(text.length + 1);
    const before = text.slice(0, at);
    switch (random.below(8)) {
      case 0:
        return before + text.slice(at + 1 + random.below(MAX_REMOVED));
      case 1:
        return before + random.pick(this.#pieces) + text.slice(at);
      case 2:
        return before + random.pick(this.#pieces) + text.slice(at + 1);
      case 3:
        return before + String.fromCharCode(random.below(bytes ? 0x100 : 0x180)) + text.slice(at + 1);
      case 4: {
        // One bit of one character.
        const flipped = (text.charCodeAt(at) || 0) ^ (1 << random.below(bytes ? 8 : 7));
        return before + String.fromCharCode(flipped) + text.slice(at + 1);
      }
      case 5: {
        const from = random.below(text.length + 1);
        return before + text.slice(from, from + 1 + random.below(MAX_COPIED)) + text.slice(at);
      }
      case 6: {
        const from = random.below(other.length + 1);
        return before + other.slice(from, from + 1 + random.below(MAX_COPIED)) + text.slice(at);
      }
      default:
        return before + other.slice(random.below(other.length + 1));
    }
  }
}
