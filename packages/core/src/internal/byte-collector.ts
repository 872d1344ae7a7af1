/** From this size (bytes) on a piece is kept as it is, if it does not hold a much larger buffer alive. */
const KEEP_FROM = 16_384;
/** Smallest and largest block (bytes) that small pieces are copied into. */
const FIRST_BLOCK = 1024;
const LARGEST_BLOCK = 65_536;

/**
 * Collects a message that arrives in pieces. A piece of one byte is an object of some hundred bytes, and may keep the 64 KiB
 * that were read with it: small pieces are therefore copied together, so that what is held stays close to what has come.
 */
export class ByteCollector {
  /** Bytes that have come. */
  length = 0;
  #pieces: Buffer[] = [];
  #block: Buffer | undefined = undefined;
  #used = 0;

  push(piece: Buffer): void {
    this.length += piece.length;
    if (piece.length >= KEEP_FROM && piece.buffer.byteLength <= 2 * piece.length) {
      this.#closeBlock();
      this.#pieces.push(piece);
    } else this.#copy(piece);
  }

  #copy(piece: Buffer): void {
    for (let from = 0; from < piece.length; ) {
      const block = this.#openBlock(piece.length - from);
      const copied = piece.copy(block, this.#used, from);
      this.#used += copied;
      from += copied;
      if (this.#used === block.length) this.#closeBlock();
    }
  }

  /** A block with room. Each is as large as all that has come so far, so that there are few, and none is much too large. */
  #openBlock(needed: number): Buffer {
    if (this.#block === undefined) {
      const size = Math.min(Math.max(FIRST_BLOCK, needed, this.length), LARGEST_BLOCK);
      // Not from Node's pool, which a block would keep alive.
      this.#block = Buffer.allocUnsafeSlow(size);
      this.#used = 0;
    }
    return this.#block;
  }

  #closeBlock(): void {
    const block = this.#block;
    if (block === undefined) return;
    this.#block = undefined;
    if (this.#used === block.length) this.#pieces.push(block);
    else this.#pieces.push(trimmed(block, this.#used));
    this.#used = 0;
  }

  /** All that has come, in one buffer. The collector is empty afterwards. */
  take(): Buffer {
    // No copy of the last block is needed: everything is copied together anyway.
    if (this.#block !== undefined) this.#pieces.push(this.#block.subarray(0, this.#used));
    this.#block = undefined;
    this.#used = 0;
    const pieces = this.#pieces;
    const { length } = this;
    this.#pieces = [];
    this.length = 0;
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, length);
  }
}

function trimmed(block: Buffer, length: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(length);
  block.copy(copy, 0, 0, length);
  return copy;
}
