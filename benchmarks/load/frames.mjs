import { randomBytes } from 'node:crypto';

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/**
 * A whole client frame, masked, ready to be written any number of times.
 * @param {string | Buffer} payload
 * @param {number} [opcode]
 */
export function frame(payload, opcode = typeof payload === 'string' ? TEXT : BINARY) {
  const body = Buffer.from(payload);
  const head = header(opcode, body.length);
  const mask = randomBytes(4);
  for (let i = 0; i < body.length; i++) body[i] ^= mask[i & 3];
  return Buffer.concat([head, mask, body]);
}

/**
 * @param {number} opcode
 * @param {number} length
 */
function header(opcode, length) {
  if (length < 126) return Buffer.from([0x80 | opcode, 0x80 | length]);
  const head = Buffer.alloc(length < 65536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (length < 65536) {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 0x80 | 127;
    head.writeUIntBE(length, 4, 6);
  }
  return head;
}

/** Cuts a byte stream from a server into frames, copying only what is cut off at the end of a read. */
export class FrameReader {
  /** @type {Buffer | null} bytes of a frame whose rest has not come yet */
  #held = null;
  #heldLength = 0;
  /** Size of the held frame; 0 while its header is incomplete. */
  #heldSize = 0;
  #headLength = 0;
  #deliver;

  /** @param {(opcode: number, bytes: Buffer, start: number, end: number) => void} deliver gets one payload each time */
  constructor(deliver) {
    this.#deliver = deliver;
  }

  /**
   * @param {Buffer} bytes reused by the caller after this returns
   * @param {number} start
   * @param {number} end
   */
  read(bytes, start, end) {
    if (this.#held === null) this.#cut(bytes, start, end);
    else this.#continue(this.#held, bytes, start, end);
  }

  /**
   * @param {Buffer} held
   * @param {Buffer} bytes
   * @param {number} start
   * @param {number} end
   */
  #continue(held, bytes, start, end) {
    if (this.#heldSize === 0) {
      const joined = Buffer.concat([held.subarray(0, this.#heldLength), bytes.subarray(start, end)]);
      this.#held = null;
      this.#cut(joined, 0, joined.length);
      return;
    }
    const taken = Math.min(this.#heldSize - this.#heldLength, end - start);
    bytes.copy(held, this.#heldLength, start, start + taken);
    this.#heldLength += taken;
    if (this.#heldLength < this.#heldSize) return;
    this.#held = null;
    this.#cut(held, 0, this.#heldSize);
    if (start + taken < end) this.#cut(bytes, start + taken, end);
  }

  /**
   * @param {Buffer} bytes
   * @param {number} start
   * @param {number} end
   */
  #cut(bytes, start, end) {
    let at = start;
    while (at < end) {
      const size = this.#sizeAt(bytes, at, end);
      if (size === 0 || at + size > end) {
        this.#hold(bytes, at, end, size);
        return;
      }
      this.#deliver(bytes[at] & 0x0f, bytes, at + this.#headLength, at + size);
      at += size;
    }
  }

  /**
   * @param {Buffer} bytes
   * @param {number} at
   * @param {number} end
   * @returns {number} header and payload together, 0 when the header is incomplete
   */
  #sizeAt(bytes, at, end) {
    if (end - at < 2) return 0;
    const short = bytes[at + 1];
    this.#headLength = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (end - at < this.#headLength) return 0;
    if (short < 126) return 2 + short;
    return this.#headLength + (short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUIntBE(at + 4, 6));
  }

  /**
   * @param {Buffer} bytes
   * @param {number} at
   * @param {number} end
   * @param {number} size
   */
  #hold(bytes, at, end, size) {
    this.#held = Buffer.allocUnsafe(size || end - at);
    this.#heldLength = bytes.copy(this.#held, 0, at, end);
    this.#heldSize = size;
  }
}
