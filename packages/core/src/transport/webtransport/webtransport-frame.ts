import { LimitExceeded } from '../../internal/limit-exceeded.js';
import type { Frame } from '../transport.js';

const BINARY = 0x80;
const LENGTH = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
/** Above, the two halves of a length no longer make an exact number. */
const MAX_HIGH_WORD = 2 ** 21 - 1;

/** A frame as bytes, length in front (protocol §10). */
export function packWebTransport(frame: Frame): readonly [header: Buffer, payload: Buffer] {
  const payload = typeof frame === 'string' ? Buffer.from(frame) : frame;
  return [header(payload.length, typeof frame !== 'string'), payload];
}

function header(length: number, binary: boolean): Buffer {
  const first = binary ? BINARY : 0;
  if (length < LENGTH_16) return Buffer.of(first | length);
  if (length < 0x1_0000) return Buffer.of(first | LENGTH_16, length >> 8, length & 0xff);
  const bytes = Buffer.alloc(9);
  bytes[0] = first | LENGTH_64;
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

/** Cuts a stream of bytes into frames, however the bytes arrive. */
export class WebTransportReader {
  readonly #maxLength: number;
  #bytes: Buffer = Buffer.alloc(0);
  #more: Buffer[] = [];
  #size = 0;
  #needed = 1;

  /** @param maxLength bytes of one frame. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /**
   * Takes the next bytes and hands over each frame that they complete.
   * @throws LimitExceeded as soon as a frame says that it is too long.
   * @throws RangeError for an empty one.
   */
  push(chunk: Uint8Array, take: (frame: Frame) => void): void {
    this.#more.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#size += chunk.byteLength;
    // Joined only when there is enough: a long frame comes in many chunks.
    if (this.#size < this.#needed) return;
    this.#bytes = Buffer.concat([this.#bytes, ...this.#more]);
    this.#more = [];
    this.#cut(take);
  }

  #cut(take: (frame: Frame) => void): void {
    let at = 0;
    for (;;) {
      const start = this.#start(at);
      if (start === undefined) break;
      const end = start + this.#length(at);
      this.#needed = end - at;
      if (end > this.#bytes.length) break;
      const payload = this.#bytes.subarray(start, end);
      const binary = ((this.#bytes[at] as number) & BINARY) !== 0;
      at = end;
      take(binary ? Buffer.from(payload) : payload.toString('utf8'));
    }
    this.#bytes = this.#bytes.subarray(at);
    this.#size = this.#bytes.length;
  }

  /** Where the payload begins; undefined while its length is still coming. */
  #start(at: number): number | undefined {
    const first = this.#bytes[at];
    if (first === undefined) {
      this.#needed = 1;
      return undefined;
    }
    const kind = first & LENGTH;
    const start = at + (kind === LENGTH_16 ? 3 : kind === LENGTH_64 ? 9 : 1);
    this.#needed = start - at;
    return start <= this.#bytes.length ? start : undefined;
  }

  #length(at: number): number {
    const kind = (this.#bytes[at] as number) & LENGTH;
    let length = kind;
    if (kind === LENGTH_16) length = this.#bytes.readUInt16BE(at + 1);
    else if (kind === LENGTH_64) {
      const high = this.#bytes.readUInt32BE(at + 1);
      if (high > MAX_HIGH_WORD) throw this.#tooLong();
      length = high * 2 ** 32 + this.#bytes.readUInt32BE(at + 5);
    }
    if (length === 0) throw new RangeError('a frame is empty');
    if (length > this.#maxLength) throw this.#tooLong();
    return length;
  }

  #tooLong(): LimitExceeded {
    return new LimitExceeded('message_too_large', `a frame has more than ${this.#maxLength} bytes`);
  }
}
