import { ByteCollector } from '../../internal/byte-collector.js';
import { LimitExceeded } from '../../internal/coded-error.js';
import type { Frame } from '../frame.js';

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
  /** The beginning of a frame that is not complete. */
  readonly #pending = new ByteCollector();
  /** Bytes that are needed before more of it can be told. */
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
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#pending.length === 0) return this.#cut(piece, take);
    this.#pending.push(piece);
    // Joined only when there is enough: a long frame comes in many chunks.
    if (this.#pending.length >= this.#needed) this.#cut(this.#pending.take(), take);
  }

  #cut(bytes: Buffer, take: (frame: Frame) => void): void {
    let at = 0;
    for (;;) {
      const start = this.#start(bytes, at);
      if (start === undefined) break;
      const end = start + this.#length(bytes, at);
      this.#needed = end - at;
      if (end > bytes.length) break;
      const payload = bytes.subarray(start, end);
      const binary = ((bytes[at] as number) & BINARY) !== 0;
      at = end;
      take(binary ? Buffer.from(payload) : payload.toString('utf8'));
    }
    if (at < bytes.length) this.#pending.push(bytes.subarray(at));
  }

  /** Where the payload begins; undefined while its length is still coming. */
  #start(bytes: Buffer, at: number): number | undefined {
    const first = bytes[at];
    if (first === undefined) {
      this.#needed = 1;
      return undefined;
    }
    const kind = first & LENGTH;
    const start = at + (kind === LENGTH_16 ? 3 : kind === LENGTH_64 ? 9 : 1);
    this.#needed = start - at;
    return start <= bytes.length ? start : undefined;
  }

  #length(bytes: Buffer, at: number): number {
    const kind = (bytes[at] as number) & LENGTH;
    let length = kind;
    if (kind === LENGTH_16) length = bytes.readUInt16BE(at + 1);
    else if (kind === LENGTH_64) {
      const high = bytes.readUInt32BE(at + 1);
      if (high > MAX_HIGH_WORD) throw this.#tooLong();
      length = high * 2 ** 32 + bytes.readUInt32BE(at + 5);
    }
    if (length === 0) throw new RangeError('the client sent an empty frame');
    if (length > this.#maxLength) throw this.#tooLong();
    return length;
  }

  #tooLong(): LimitExceeded {
    return new LimitExceeded('message_too_large', `a frame has more than ${this.#maxLength} bytes`);
  }
}
