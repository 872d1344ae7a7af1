import { isUtf8 } from 'node:buffer';

/** Checks text that arrives in pieces, and fails at the piece with the first wrong byte. */
export class Utf8Check {
  /** Bytes of a character whose end has yet to come. */
  readonly #carry = new Uint8Array(4);
  #count = 0;
  #needed = 0;

  /** @returns whether all pieces so far can be the beginning of a text. */
  push(piece: Buffer): boolean {
    const from = this.#complete(piece);
    if (from < 0) return false;
    if (this.#count > 0) return isBeginning(this.#carry, this.#count);
    const end = piece.length - incompleteTail(piece, from);
    if (!isUtf8(piece.subarray(from, end))) return false;
    if (end === piece.length) return true;
    this.#carry.set(piece.subarray(end));
    this.#count = piece.length - end;
    this.#needed = sequenceLength(piece[end] as number);
    return isBeginning(this.#carry, this.#count);
  }

  /** Takes the rest of the character that the last piece has begun. @returns its end in `piece`, -1 if it is wrong. */
  #complete(piece: Buffer): number {
    if (this.#count === 0) return 0;
    let from = 0;
    while (this.#count < this.#needed && from < piece.length) this.#carry[this.#count++] = piece[from++] as number;
    if (this.#count < this.#needed) return from;
    if (!isUtf8(this.#carry.subarray(0, this.#needed))) return -1;
    this.#count = 0;
    return from;
  }

  /** Whether no character is cut short. */
  get isComplete(): boolean {
    return this.#count === 0;
  }
}

/** Bytes at the end that begin a character without completing it. */
function incompleteTail(piece: Buffer, from: number): number {
  for (let back = 1; back <= 3 && piece.length - back >= from; back++) {
    const byte = piece[piece.length - back] as number;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** Bytes of a character that begins with `lead`; 1 where none begins. */
function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
}

/** Whether `count` bytes that begin with a lead byte can begin a character (RFC 3629 §4). */
function isBeginning(bytes: Uint8Array, count: number): boolean {
  if (count < 2) return true;
  const [lead = 0, second = 0] = bytes;
  if (second < lowestSecond(lead) || second > highestSecond(lead)) return false;
  return count < 3 || ((bytes[2] as number) & 0xc0) === 0x80;
}

/** Longer forms of shorter characters are no UTF-8. */
function lowestSecond(lead: number): number {
  if (lead === 0xe0) return 0xa0;
  return lead === 0xf0 ? 0x90 : 0x80;
}

/** Surrogates and code points beyond U+10FFFF are no UTF-8. */
function highestSecond(lead: number): number {
  if (lead === 0xed) return 0x9f;
  return lead === 0xf4 ? 0x8f : 0xbf;
}
